import { expect, it } from 'vitest';
import type { DecisionClaims, TokenVote } from '../../../domain/people/decision-token.ts';
import { mismatch } from '../../../domain/people/decision-token.ts';
import { shaOf } from '../../shas.ts';

const now = Date.parse('2026-01-02T10:00:00Z');
const seconds = now / 1_000;
const vote: TokenVote = { by: 'alice', verdict: 'approve', stage: 'production', release: 'release/gitaly/from-aaaaaaaaaaaa', sha: shaOf('c'), startedAt: '2026-01-02T09:00:00Z' };
const claims: DecisionClaims = { sub: 'Alice', release: vote.release, stage: 'production', verdict: 'approve', sha: vote.sha, jti: 'jti-12345', iat: seconds - 10, exp: seconds + 600 };

it('proves the vote that it says', () => {
  expect(mismatch(claims, vote, now)).toBeUndefined();
  expect(mismatch({ ...claims, iat: seconds + 59 }, vote, now)).toBeUndefined();
});

it.each<[string, Partial<DecisionClaims>, string]>([
  ['has expired', { exp: seconds }, 'it expired at 2026-01-02T10:00:00.000Z'],
  ['is from the future', { iat: seconds + 61 }, 'it is from the future: 2026-01-02T10:01:01.000Z'],
  ['is good for too long', { exp: seconds + 3_600 }, 'it is good for 60 min: 15 min are the most'],
  ['is for another release', { release: 'release/gitaly/from-bbbbbbbbbbbb' }, 'it is for release/gitaly/from-bbbbbbbbbbbb, not release/gitaly/from-aaaaaaaaaaaa'],
  ['is for another stage', { stage: 'canary' }, 'it is for stage "canary", not "production"'],
  ['says something else', { verdict: 'reject' }, 'it says "reject", not "approve"'],
  ['is for another commit', { sha: shaOf('d') }, `it is for ${shaOf('d')}, but this release carries ${shaOf('c')}`],
  ["is somebody else's", { sub: 'mallory' }, 'it is "mallory" who signed, not "alice"'],
])('a token that %s proves nothing', (_, changes, why) => {
  expect(mismatch({ ...claims, ...changes }, vote, now)).toBe(why);
});

it('a token for a release that was begun anew since proves nothing', () => {
  expect(mismatch(claims, { ...vote, startedAt: '2026-01-02T09:59:58Z' }, now)).toBe('it was issued at 2026-01-02T09:59:50.000Z, before this release began');
});
