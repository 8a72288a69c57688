import { sameLine, versionText } from './version.ts';
import type { Version } from './version.ts';

/** First and last number, both included. */
export type NumberRange = readonly [number, number];

/** Who asks for a candidate: people who work on the component, or the product that ships it. */
export type Asker = keyof CandidateRanges;

export interface CandidateRanges {
  readonly developers: NumberRange;
  readonly product: NumberRange;
}

export type CandidateNumber = { readonly kind: 'free'; readonly version: Version } | { readonly kind: 'refused'; readonly reason: string };

/**
 * The next free number for whoever asks: the one after the highest that its range has in use. A number that was left out below stays so, or
 * its candidate would look older than it is.
 *
 * @param used the versions of tags and of the version file
 */
export function nextCandidate(line: Version, used: readonly Version[], asker: Asker, ranges: CandidateRanges): CandidateNumber {
  const [first, last] = ranges[asker];
  const taken = numbersIn(line, used).filter((number) => number >= first && number <= last);
  const number = Math.max(first - 1, ...taken) + 1;
  if (number > last) return { kind: 'refused', reason: `the numbers ${first} to ${last}, which ${asker} may use, are used up for ${line.major}.${line.minor}.0` };
  return { kind: 'free', version: { major: line.major, minor: line.minor, patch: 0, candidate: number } };
}

/** Whether a number that was asked for by name may be used. */
export function askedCandidate(version: Version, used: readonly Version[], asker: Asker, ranges: CandidateRanges): CandidateNumber {
  const [first, last] = ranges[asker];
  const { candidate = 0 } = version;
  const next = nextCandidate(version, used, asker, ranges);
  const instead = next.kind === 'free' ? `: the next free one is ${versionText(next.version)}` : `, and ${next.reason}`;
  if (candidate < first || candidate > last) return { kind: 'refused', reason: `version: rc${candidate} is not for ${asker}, who use ${first} to ${last}${instead}` };
  if (numbersIn(version, used).includes(candidate)) return { kind: 'refused', reason: `version: ${versionText(version)} is in use${instead}` };
  return { kind: 'free', version };
}

function numbersIn(line: Version, used: readonly Version[]): number[] {
  return used.filter((version) => sameLine(version, line)).flatMap(({ candidate }) => candidate ?? []);
}
