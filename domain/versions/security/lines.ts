import { lineOf, stableBranch } from '../../code/stable-branch.ts';
import { compareVersions, isFinal, sameLine } from '../version.ts';
import type { Version } from '../version.ts';

/** A line that gets the fix, and the version that has it. */
export interface SupportedLine {
  readonly branch: string;
  readonly version: Version;
}

/** The newest of the lines that have a version and a stable branch, newest first, each with the patch that comes after its highest version. */
export function supportedLines(branches: readonly string[], tagged: readonly Version[], most: number): readonly SupportedLine[] {
  const lines = branches.flatMap((branch) => lineOf(branch) ?? []).toSorted((a, b) => b.major - a.major || b.minor - a.minor);
  const released = lines.flatMap((line): readonly SupportedLine[] => {
    const version = nextPatch({ ...line, patch: 0 }, tagged);
    return version ? [{ branch: stableBranch(line), version }] : [];
  });
  return released.slice(0, most);
}

/** Undefined for a line without a final version. */
export function nextPatch(line: Version, tagged: readonly Version[]): Version | undefined {
  const highest = tagged.filter((other) => isFinal(other) && sameLine(other, line)).toSorted(compareVersions).at(-1);
  return highest && { major: highest.major, minor: highest.minor, patch: highest.patch + 1 };
}
