import { expect, it } from 'vitest';
import { isOutAgain, revertedIn } from '../../../domain/code/revert.ts';
import { shaOf } from '../../shas.ts';

const [bad, revert, again, other] = [shaOf('b'), shaOf('1'), shaOf('2'), shaOf('3')];

it.each([
  [`Revert "Leak"\n\nThis reverts commit ${bad}.`, [bad]],
  [`Squash\n\nThis reverts commit ${bad}.\n\nThis reverts commit 0123456789ab, reversing\nchanges made to x.`, [bad, '0123456789ab']],
  ['Revert the leak', []],
  ['This reverts commit 12345.', []],
])('reads what a message reverts: %s', (message, shas) => expect(revertedIn(message)).toEqual(shas));

it.each([
  ['reverted', [{ sha: other }, { sha: revert, reverts: [bad] }], true],
  ['reverted, by the beginning of its hash', [{ sha: revert, reverts: [bad.slice(0, 12)] }], true],
  ['not reverted', [{ sha: other }], false],
  ['back, by the revert of its revert', [{ sha: again, reverts: [revert] }, { sha: revert, reverts: [bad] }], false],
  ['out, by a second revert', [{ sha: other, reverts: [bad] }, { sha: again, reverts: [revert] }, { sha: revert, reverts: [bad] }], true],
] as const)('tells whether a commit is out again: %s', (_, after, isOut) => expect(isOutAgain(bad, after)).toBe(isOut));
