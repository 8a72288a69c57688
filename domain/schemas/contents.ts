import { compareVersions } from './version.ts';
import type { SchemaVersion } from './version.ts';

/** How the versions of a tarball differ from those of the one before. */
export interface ArchiveChanges {
  /** The one before, by its name in the bucket. */
  readonly since: string;
  readonly came: readonly SchemaVersion[];
  readonly went: readonly SchemaVersion[];
}

export function changesBetween(since: string, before: Iterable<SchemaVersion>, now: Iterable<SchemaVersion>): ArchiveChanges {
  const [old, current] = [new Set(before), new Set(now)];
  return {
    since,
    came: [...current].filter((version) => !old.has(version)).sort(compareVersions),
    went: [...old].filter((version) => !current.has(version)).sort(compareVersions),
  };
}

/** "v5.3.0, v5.3.1 came in, v3.20.0 went" */
export function toldChanges({ since, came, went }: ArchiveChanges): string {
  const told = [came.length > 0 && `${came.join(', ')} came in`, went.length > 0 && `${went.join(', ')} went`].filter((one) => one !== false);
  return `since ${since}: ${told.join('; ') || 'the same versions'}`;
}
