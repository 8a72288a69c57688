import type { LedgerCommit } from '../mainline.ts';
import { readRevertWords, revertedByBranch } from '../revert-words.ts';
import type { LedgerPull } from '../reverts.ts';
import { readLedger, standingOf } from '../reverts.ts';

/**
 * What a range of commits brings in the end: a pull request that was reverted within it brings nothing, and neither does its revert, if that
 * takes back nothing else.
 *
 * @param commits of the range, parents before their children
 * @returns the numbers of those that bring nothing
 */
export function voidedPulls(commits: readonly LedgerCommit[], pulls: readonly LedgerPull[]): ReadonlySet<number> {
  const ledger = readLedger(commits, pulls);
  const voided = new Set<number>();
  const standings = pulls.map((pull) => ({ pull, standing: standingOf(ledger, pull.number) }));
  for (const { pull, standing } of standings) if (standing.kind === 'out') voided.add(pull.number);
  for (const { pull, standing } of standings) {
    if (standing.kind === 'in' && takesBack(pull, standings.filter((other) => other.standing.kind === 'out' && other.standing.by === `#${pull.number}`).length, voided)) voided.add(pull.number);
  }
  return voided;
}

/** Whether all that a pull request does is to take these back. */
function takesBack({ title, body, branch }: LedgerPull, count: number, voided: ReadonlySet<number>): boolean {
  if (count === 0) return false;
  const { pulls, shas, titles, isPartial } = readRevertWords(title, body);
  const byBranch = revertedByBranch(branch);
  const named = new Set([...pulls, ...(byBranch === undefined ? [] : [byBranch])]);
  if (isPartial || [...named].some((number) => !voided.has(number))) return false;
  return Math.max(named.size, shas.length, titles.length) <= count;
}
