import type { SchemaVersion } from '../../../domain/schemas/version.ts';
import { allReleased } from '../../../sandbox/scenarios/released-schemas.ts';

export const releasedVersions = allReleased.versions as readonly SchemaVersion[];

/** The files of them, by version. */
export const releasedNames: readonly string[] = releasedVersions.flatMap((version) => allReleased.partsOf(version).map((part) => allReleased.nameOf(version, part)));

/** How the migrator finds a schema: the tag, a dash, and the path in the repository with its slashes made underscores. */
export function readByMigrator(path: string, version: SchemaVersion): string {
  return `${version}-${path.replaceAll('/', '_')}`;
}
