import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { createGzip } from 'node:zlib';
import { pack } from 'tar-stream';

/** What was released before, and how the bucket calls it. */
export interface ReleasedSchemas {
  /** Ascending. */
  readonly versions: readonly string[];
  readonly nameOf: (version: string, part: string) => string;
  /** The parts that a version has. */
  readonly partsOf: (version: string) => readonly string[];
  /** Bytes of a part's schema; `age` is 0 for the first version that was released, and 1 for the newest. */
  readonly sizeOf: (part: string, age: number) => number;
  /** The version whose tarball builds of a branch take, and whether it is in the bucket. */
  readonly taken: Readonly<Record<string, string>>;
  readonly archived: boolean;
}

/** Every line that Sourcegraph's migrator knew when 5.2.4 was the newest, as its build scripts list them: line, and patches up to this one. */
const lines: readonly (readonly [line: string, patches: number])[] = [
  ['3.20', 2], ['3.21', 3], ['3.22', 2], ['3.23', 1], ['3.24', 2], ['3.25', 3], ['3.26', 4], ['3.27', 6], ['3.28', 1], ['3.29', 2], ['3.30', 5],
  ['3.31', 3], ['3.32', 2], ['3.33', 3], ['3.34', 3], ['3.35', 3], ['3.36', 4], ['3.37', 1], ['3.38', 2], ['3.39', 2], ['3.40', 3], ['3.41', 2],
  ['3.42', 3], ['3.43', 3], ['4.0', 2], ['4.1', 4], ['4.2', 2], ['4.3', 2], ['4.4', 3], ['4.5', 2], ['5.0', 5], ['5.1', 10], ['5.2', 5],
];

const parts = ['', '.codeintel', '.codeinsights'];

/** Bytes of the newest schemas, as they are in Sourcegraph's repository. */
const newest: Readonly<Record<string, number>> = { '': 687_974, '.codeintel': 56_233, '.codeinsights': 86_670 };

/** Sourcegraph's: 3.20 had one database, the one for Code Insights came with 3.25, and all of them grew. */
export const allReleased: ReleasedSchemas = {
  versions: lines.flatMap(([line, patches]) => Array.from({ length: patches }, (_, patch) => `v${line}.${patch}`)),
  nameOf: (version, part) => `${version}-internal_database_schema${part}.json`,
  partsOf: (version) => parts.filter((part) => part === '' || (part === '.codeintel' ? !version.startsWith('v3.20.') : !/^v3\.2[0-4]\./.test(version))),
  sizeOf: (part, age) => Math.round((newest[part] ?? 0) * (0.4 + 0.6 * age)),
  taken: { main: 'v5.2.4', '5.2': 'v5.2.4', '5.1': 'v5.1.9' },
  archived: true,
};

/** Those of the example in the release tooling's document, under its names: small, for tests that are about something else. */
export const fewReleased: ReleasedSchemas = {
  versions: ['v5.1.0', 'v5.1.2222', 'v5.2.0', 'v5.2.1093'],
  nameOf: (version, part) => `${version}-internal_database.schema${part}.json`,
  partsOf: () => parts,
  sizeOf: () => 0,
  taken: { main: 'v5.2.1093', '5.2': 'v5.2.1093', '5.1': 'v5.1.2222' },
  archived: false,
};

/** Names, and what is in them. */
export function releasedFiles({ versions, nameOf, partsOf, sizeOf }: ReleasedSchemas): Readonly<Record<string, string>> {
  return Object.fromEntries(
    versions.flatMap((version, index) => {
      const age = index / (versions.length - 1);
      return partsOf(version).map((part) => [nameOf(version, part), schemaText(part, { of: version, bytes: sizeOf(part, age) })]);
    }),
  );
}

/** Tables as the tooling describes them, as many as it takes to have this size. */
export function schemaText(part: string, { of, bytes }: { readonly of: string; readonly bytes: number }): string {
  const name = `repo${part.replace('.', '_')}`;
  const tables = Array.from({ length: Math.round(bytes / tableNamed(`${name}_100`).length) }, (_, index) => tableNamed(`${name}_${index + 100}`));
  const schema = { Extensions: [], Enums: [], Functions: [], Tables: [{ Name: name, Comment: `as in ${of}` }] };
  const [before = '', after = ''] = `${JSON.stringify(schema, null, 2)}\n`.split('\n  ]\n}');
  return [before, ...tables].join(',') + `\n  ]\n}${after}`;
}

const types = ['bigint', 'text', 'timestamp with time zone', 'integer', 'boolean', 'jsonb'];

function describeTable(name: string): string {
  const columns = types.map((type, index) => ({
    Name: `${name}_${index}`, Index: index + 1, TypeName: type, IsNullable: index > 2, Default: '', CharacterMaximumLength: 0, IsIdentity: false,
    IdentityGeneration: '', IsGenerated: 'NEVER', GenerationExpression: '', Comment: `What ${name} has as its ${type}.`,
  }));
  const text = JSON.stringify({ Name: name, Comment: '', Columns: columns, Indexes: [], Constraints: null, Triggers: [] }, null, 2);
  return `\n${text.replaceAll(/^/gm, '    ')}`;
}

const described = new Map<string, string>();

/** A hundred versions share most of their tables. */
function tableNamed(name: string): string {
  const table = described.get(name) ?? describeTable(name);
  described.set(name, table);
  return table;
}

/** The tarball of these files as the tooling's script makes it. */
export async function tarballOf(files: Readonly<Record<string, string>>): Promise<{ readonly content: Buffer; readonly sha256: string }> {
  const tar = pack();
  const packed = buffer(tar.pipe(createGzip({ level: 1 })));
  for (const [name, text] of Object.entries(files)) tar.entry({ name: `./${name}`, mtime: new Date(0) }, text);
  tar.finalize();
  const content = await packed;
  return { content, sha256: createHash('sha256').update(content).digest('hex') };
}
