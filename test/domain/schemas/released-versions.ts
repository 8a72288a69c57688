import type { SchemaVersion } from '../../../domain/schemas/version.ts';

/** Every version of Sourcegraph that its migrator knew when 5.2.4 was the newest, as its build scripts list them: line, and patches up to this one. */
const lines: readonly (readonly [line: string, patches: number])[] = [
  ['3.20', 2], ['3.21', 3], ['3.22', 2], ['3.23', 1], ['3.24', 2], ['3.25', 3], ['3.26', 4], ['3.27', 6], ['3.28', 1], ['3.29', 2], ['3.30', 5],
  ['3.31', 3], ['3.32', 2], ['3.33', 3], ['3.34', 3], ['3.35', 3], ['3.36', 4], ['3.37', 1], ['3.38', 2], ['3.39', 2], ['3.40', 3], ['3.41', 2],
  ['3.42', 3], ['3.43', 3], ['4.0', 2], ['4.1', 4], ['4.2', 2], ['4.3', 2], ['4.4', 3], ['4.5', 2], ['5.0', 5], ['5.1', 10], ['5.2', 5],
];

export const releasedVersions: readonly SchemaVersion[] = lines.flatMap(([line, patches]) => Array.from({ length: patches }, (_, patch): SchemaVersion => `v${line}.${patch}`));

/** The files of them: 3.20 had one database, and the one for Code Insights came with 3.25. */
export const releasedNames: readonly string[] = releasedVersions.flatMap((version) =>
  ['', '.codeintel', '.codeinsights']
    .filter((part) => part === '' || (part === '.codeintel' ? !version.startsWith('v3.20.') : !/^v3\.2[0-4]\./.test(version)))
    .map((part) => `${version}-internal_database_schema${part}.json`),
);

/** How the migrator finds a schema: the tag, a dash, and the path in the repository with its slashes made underscores. */
export function readByMigrator(path: string, version: SchemaVersion): string {
  return `${version}-${path.replaceAll('/', '_')}`;
}
