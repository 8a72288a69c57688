import type { Sha } from '../code/commit.ts';
import { shortSha } from '../code/commit.ts';
import { cut } from '../text/short-text.ts';

/** A commit that was on its way to environments, and was stopped by somebody. */
export interface Halted {
  readonly candidate: Sha;
  /** The release that carried it. */
  readonly release: string;
  /** How that ended: "rejected at production by alice: the incident". */
  readonly how: string;
}

/** What an environment would get with a candidate: whoever lets that in lets all of it in, however few commits its own release has. */
export interface Outstanding {
  readonly environment: string;
  /** What runs there now; unknown where nobody tells. */
  readonly runs?: Sha;
  /** Of the commits that come. */
  readonly total: number;
  /** Those among them that were stopped before, newest first. */
  readonly halted: readonly Halted[];
}

/** Whether it would get more than a release has of its own, which takes the place of `before`: nobody can have known that who was not told. */
export function isMore({ runs, halted }: Outstanding, before: Sha | undefined): boolean {
  return halted.length > 0 || (runs !== undefined && runs !== before);
}

const mostTold = 5;
const longestHow = 200;

/** "3 commits since 68f3bd7a1b2c, which production runs; of them 9c1de1c0ffee was rejected at production by alice: the incident". */
export function toldOutstanding({ environment, runs, total, halted }: Outstanding): string {
  const since = runs === undefined ? `everything: nothing is known to run on ${environment}` : `${total} commit${total === 1 ? '' : 's'} since ${shortSha(runs)}, which ${environment} runs`;
  return halted.length === 0 ? since : `${since}; ${toldHalted(halted)}`;
}

/** "of them 9c1de1c0ffee was rejected at production by alice: the incident" */
export function toldHalted(halted: readonly Halted[]): string {
  const told = halted.slice(0, mostTold).map(({ candidate, how }) => `${shortSha(candidate)} was ${cut(how, longestHow)}`);
  const more = halted.length - told.length;
  return `of them ${told.join('; ')}${more > 0 ? `; and ${more} more were stopped` : ''}`;
}
