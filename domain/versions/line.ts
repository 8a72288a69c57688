import { compareVersions, isFinal, sameLine, versionKind, versionText } from './version.ts';
import type { Version } from './version.ts';

/** Where a version that is not tagged yet stands among those that are. */
export type Place =
  | { readonly kind: 'next' }
  /** It leaves these out, in their order. */
  | { readonly kind: 'gap'; readonly missing: readonly Version[] }
  | { readonly kind: 'refused'; readonly reason: string };

/** More than these are a slip of the finger, not a gap. */
const widestGap = 10;

/**
 * A patch belongs to its line, `X.Y`; a minor and a candidate to the main line, whose versions end in `.0`. Whoever skips a version is asked, and
 * nothing lower than what its line has is made.
 */
export function placeOf(version: Version, tagged: readonly Version[]): Place {
  const kind = versionKind(version);
  const line = tagged.filter((other) => isFinal(other) && (kind === 'patch' ? sameLine(other, version) : other.patch === 0));
  const highest = line.reduce<Version | undefined>((best, other) => (best && compareVersions(best, other) > 0 ? best : other), undefined);
  if (highest && compareVersions(highest, version) > 0) {
    return { kind: 'refused', reason: `version: ${versionText(version)} is lower than ${versionText(highest)}, which ${kind === 'patch' ? 'its line' : 'the main line'} has already` };
  }
  const missing = kind === 'candidate' ? [] : skipped(version, highest);
  if (missing.length > widestGap) return { kind: 'refused', reason: `version: ${versionText(version)} leaves out ${missing.length} versions after ${highest ? versionText(highest) : 'none'}: mistyped?` };
  return missing.length > 0 ? { kind: 'gap', missing } : { kind: 'next' };
}

/** What lies between, as far as it can be told: whether there was to be another minor before a major is not known. */
function skipped(version: Version, highest: Version | undefined): Version[] {
  const { major, minor, patch } = version;
  switch (versionKind(version)) {
    case 'patch':
      return upTo(patch, highest ? highest.patch + 1 : 0).map((number) => ({ major, minor, patch: number }));
    case 'minor':
      return highest ? upTo(minor, highest.major === major ? highest.minor + 1 : 0).map((number) => ({ major, minor: number, patch: 0 })) : [];
    default:
      return highest ? upTo(major, highest.major + 1).map((number) => ({ major: number, minor: 0, patch: 0 })) : [];
  }
}

function upTo(end: number, from: number): number[] {
  return Array.from({ length: Math.max(0, end - from) }, (_, index) => from + index);
}

/** The version whose changes are not told again: the highest lower one. Candidates are not counted. */
export function previousVersion(version: Version, tagged: readonly Version[]): Version | undefined {
  const lower = tagged.filter((other) => isFinal(other) && compareVersions(other, version) < 0);
  return lower.toSorted(compareVersions).at(-1);
}

/** Whether it is the newest of all: what a forge calls the latest release. */
export function isHighest(version: Version, tagged: readonly Version[]): boolean {
  return isFinal(version) && tagged.every((other) => !isFinal(other) || compareVersions(other, version) <= 0);
}
