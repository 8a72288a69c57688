import semver from 'semver';
import type { SchemaAction } from './inventory.ts';
import { compareVersions, lineOf } from './version.ts';
import type { SchemaVersion } from './version.ts';

export interface BaseQuestion {
  readonly version: SchemaVersion;
  readonly action: SchemaAction | 'upload-current-schemas';
  /** The branch that the version is to be cut from, and merged into. */
  readonly base: string;
  /** The branch that carries the version's line, by the catalog. */
  readonly carrier: string;
  /** The version of the tarball that builds of the base take now. */
  readonly named?: SchemaVersion | undefined;
  /** A commit was named: its schemas are those of no other version. */
  readonly isExact?: boolean;
}

/** What makes a base look like a mistake for a version, in sentences for people; nothing, where all is as one would expect. */
export function doubtsAbout({ version, action, base, carrier, named, isExact = false }: BaseQuestion): readonly string[] {
  const doubts = base === carrier ? [] : [`${version} is of the line ${lineOf(version)}, which ${carrier} carries, not ${base}`];
  if (named === undefined) return doubts;
  // What is only uploaded changes no build: but the head of a branch that has gone beyond the version does not have its schemas.
  const matters = action !== 'upload-current-schemas' || !isExact;
  const isBelow = matters && compareVersions(version, named) < 0;
  if (isBelow) return [...doubts, `builds of ${base} take the schemas of ${named} now: ${version} is below that`];
  return isFarBeyond(version, named) ? [...doubts, `builds of ${base} take the schemas of ${named} now: ${version} is far beyond that`] : doubts;
}

/** Further than a patch of the same line, the next line, or the next major's first. */
function isFarBeyond(version: SchemaVersion, named: SchemaVersion): boolean {
  const [majors, minors] = [semver.major(version) - semver.major(named), semver.minor(version) - semver.minor(named)];
  if (majors === 0) return minors > 1;
  return majors > 1 || (majors === 1 && semver.minor(version) > 0);
}
