import type { Commit, Sha } from './commit.ts';

/** The commits that a message says it reverts, in git's own words. */
export function revertedIn(message: string): readonly string[] {
  return [...message.matchAll(/\bThis reverts commit ([0-9a-f]{7,40})\b/g)].map(([, sha = '']) => sha);
}

/** Whether a commit is out again: one of those after it, newest first, has reverted it, and was not reverted itself. */
export function isOutAgain(sha: Sha, after: readonly Pick<Commit, 'sha' | 'reverts'>[]): boolean {
  const out: string[] = [];
  const isOut = (commit: Sha) => out.some((beginning) => commit.startsWith(beginning));
  for (const { sha: own, reverts = [] } of after) if (!isOut(own)) out.push(...reverts);
  return isOut(sha);
}
