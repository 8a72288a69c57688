import type { Commit, Reversal, Sha } from './commit.ts';

/** What a message says that it reverts, in git's own words. */
export function revertedIn(message: string): readonly Reversal[] {
  const found = message.matchAll(/\bThis reverts commit ([0-9a-f]{7,40})\b(?:,\s+reversing\s+changes\s+made\s+to\s+([0-9a-f]{7,40})\b)?/g);
  return [...found].map(([, of = '', since]) => ({ of, ...(since && { since }) }));
}

/** The commits that a message says it was picked from, in git's own words. */
export function pickedIn(message: string): readonly string[] {
  return [...message.matchAll(/\(cherry picked from commit ([0-9a-f]{7,40})\)/g)].map(([, sha = '']) => sha);
}

/** What of a history, newest first, is taken back: not where that was taken back itself. */
export function standingReversals(history: readonly Pick<Commit, 'sha' | 'reverts'>[]): readonly Reversal[] {
  const standing: Reversal[] = [];
  for (const { sha, reverts = [] } of history) if (!isTakenBack(sha, standing)) standing.push(...reverts);
  return standing;
}

export function isTakenBack(sha: Sha, reversals: readonly Reversal[]): boolean {
  return reversals.some(({ of }) => sha.startsWith(of));
}

/** The picks of a commit. */
export function picksOf(sha: Sha, history: readonly Pick<Commit, 'sha' | 'picks'>[]): readonly Sha[] {
  return history.flatMap((commit) => (commit.picks?.some((of) => sha.startsWith(of)) ? [commit.sha] : []));
}
