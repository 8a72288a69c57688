import { expect, it } from 'vitest';
import { doubting, reread } from '../../activities/doubt.ts';
import { answerOf, neverRetry, notYet, tryAgain } from '../../ports/failures.ts';
import { oneAttempt } from '../ports/stand.ts';

const doubtMs = 100;
let activities = 0;

/** An activity, attempt by attempt: each throws, or answers, the next of these. */
function attempts(...outcomes: readonly unknown[]): () => Promise<unknown> {
  let count = 0;
  const activity = async () => {
    const outcome = outcomes[Math.min(count++, outcomes.length - 1)];
    if (outcome instanceof Error) throw outcome;
    return outcome;
  };
  const info = { activityId: `doubted ${activities++}` };
  return () => oneAttempt(info).run(doubting(activity, doubtMs));
}

const forbidden = neverRetry('PermissionDenied', 'GitHub answered 403', { reason: 'Forbidden' });
const unauthorized = tryAgain('PermissionDenied', 'GitHub answered 401', { afterMs: 60_000, answer: { reason: 'Bad credentials' } });
const again = { type: 'Unavailable', nonRetryable: false };
const pass = () => new Promise((resolve) => setTimeout(resolve, doubtMs));

it.each([
  ['says no', forbidden, { type: 'PermissionDenied', nonRetryable: true, message: 'GitHub answered 403' }],
  ['takes no token', unauthorized, { type: 'PermissionDenied', nonRetryable: true, message: 'GitHub answered 401' }],
])('asks a service again that %s, and believes it when it has said so for long', async (_, no, believed) => {
  const attempt = attempts(no);
  await expect(attempt()).rejects.toMatchObject(again);
  await expect(attempt()).rejects.toMatchObject(again);
  await pass();
  await expect(attempt()).rejects.toMatchObject(believed);
});

it.each([['an answer', 'here'], ['a look at what is there and not ready', notYet('it runs')]])('begins to doubt anew after %s: a poll may last for days', async (_, outcome) => {
  const attempt = attempts(forbidden, outcome, forbidden);
  await expect(attempt()).rejects.toMatchObject(again);
  await attempt().catch(() => undefined);
  await pass();
  await expect(attempt()).rejects.toMatchObject(again);
});

it('believes nothing because services have said no to one thing after another', async () => {
  const other = neverRetry('InvalidInput', 'GitHub answered 422 to something else', { reason: 'No' });
  const attempt = attempts(forbidden, other, 'done');
  await expect(attempt()).rejects.toMatchObject(again);
  await pass();
  await expect(attempt()).rejects.toMatchObject(again);
  expect(await attempt()).toBe('done');
});

it('believes at once what Slipway itself has judged, and leaves alone what passes', async () => {
  const ours = neverRetry('Conflict', "the branch is somebody else's");
  await expect(attempts(ours)()).rejects.toBe(ours);
  const busy = tryAgain('RateLimited', 'slow down', { afterMs: 7_000 });
  const attempt = attempts(busy);
  await expect(attempt()).rejects.toBe(busy);
  await pass();
  await expect(attempt()).rejects.toBe(busy);
});

it('does not wait for longer than it doubts', async () => {
  await expect(attempts(unauthorized)()).rejects.toMatchObject({ nextRetryDelay: doubtMs });
});

it('goes on without what has been there, once it is believed that it is gone', async () => {
  const activity = doubting(() => reread('the version file', async () => undefined), doubtMs);
  const attempt = () => oneAttempt({ activityId: 'gone' }).run(activity);
  await expect(attempt()).rejects.toMatchObject({ ...again, message: 'the version file is not shown any more' });
  await pass();
  expect(await attempt()).toBeUndefined();
});

it('keeps the answer with the failure', () => {
  expect(answerOf(forbidden)).toEqual({ reason: 'Forbidden' });
  expect(answerOf(neverRetry('Conflict', 'no'))).toBeUndefined();
});
