import { expect, it } from 'vitest';
import { isTakenBack, pickedIn, picksOf, revertedIn, standingReversals } from '../../../domain/code/revert.ts';
import { shaOf } from '../../shas.ts';

const [bad, revert, again, other] = [shaOf('b'), shaOf('1'), shaOf('2'), shaOf('3')];

it.each([
  [`Revert "Leak"\n\nThis reverts commit ${bad}.`, [{ of: bad }]],
  [`Squash\n\nThis reverts commit ${bad}.\n\nThis reverts commit 0123456789ab, reversing\nchanges made to x.`, [{ of: bad }, { of: '0123456789ab' }]],
  [`Revert "Merge branch 'leak'"\n\nThis reverts commit ${bad}, reversing\nchanges made to ${other}.`, [{ of: bad, since: other }]],
  ['Revert the leak', []],
  ['This reverts commit 12345.', []],
])('reads what a message reverts: %s', (message, reversals) => expect(revertedIn(message)).toEqual(reversals));

it('reads what a message says it was picked from, and finds the picks of a commit', () => {
  expect(pickedIn(`Leak\n\n(cherry picked from commit ${bad})\n(cherry picked from commit 0123456)`)).toEqual([bad, '0123456']);
  expect(pickedIn('picked from commit 0123456')).toEqual([]);
  expect(picksOf(bad, [{ sha: again, picks: [bad.slice(0, 9)] }, { sha: other, picks: [revert] }, { sha: revert }])).toEqual([again]);
});

it.each([
  ['reverted', [{ sha: other }, { sha: revert, reverts: [{ of: bad }] }], true],
  ['reverted, by the beginning of its hash', [{ sha: revert, reverts: [{ of: bad.slice(0, 12) }] }], true],
  ['not reverted', [{ sha: other }], false],
  ['back, by the revert of its revert', [{ sha: again, reverts: [{ of: revert }] }, { sha: revert, reverts: [{ of: bad }] }], false],
  ['out, by a second revert', [{ sha: other, reverts: [{ of: bad }] }, { sha: again, reverts: [{ of: revert }] }, { sha: revert, reverts: [{ of: bad }] }], true],
] as const)('tells whether a commit is out again: %s', (_, history, isOut) => expect(isTakenBack(bad, standingReversals(history))).toBe(isOut));
