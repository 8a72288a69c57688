import { CancelledFailure } from '@temporalio/common';
import { expect, it } from 'vitest';
import { openOutages } from '../../../activities/release/outages.ts';
import { neverRetry, notYet, tryAgain } from '../../../ports/failures.ts';
import type { OutageNews } from '../../../domain/release/outage.ts';
import { oneAttempt } from '../../ports/stand.ts';

const minute = 60_000;
const start = Date.parse('2026-01-05T10:00:00Z');
const busy = tryAgain('Unavailable', 'GitHub answered 503 to GET /user');

/** An activity that is tried at these minutes, each time with this outcome. Answers at which of them its workflow was told, and what. */
async function tell(outcomes: readonly (readonly [minutes: number, outcome: unknown])[]): Promise<readonly (readonly [minutes: number, why: string | undefined])[]> {
  const told: [number, string | undefined][] = [];
  let at = 0;
  let outcome: unknown;
  const attentive = openOutages({ silenceMs: 5 * minute, tell: async (_, { why }: OutageNews) => void told.push([at, why]) });
  const activity = attentive(async () => {
    if (outcome instanceof Error) throw outcome;
    return outcome;
  });
  for ([at, outcome] of outcomes) {
    const info = { activityId: '12', scheduledTimestampMs: start, currentAttemptScheduledTimestampMs: start + at * minute };
    await oneAttempt(info).run(activity).catch(() => undefined);
  }
  return told;
}

const each = (minutes: readonly number[], outcome: unknown) => minutes.map((at) => [at, outcome] as const);

it('tells of what does not answer for minutes, again when that has lasted twice as long, and of its end', async () => {
  const minutes = Array.from({ length: 60 }, (_, at) => at);
  expect(await tell([...each(minutes, busy), [60, 'done']])).toEqual([[5, busy.message], [10, busy.message], [20, busy.message], [40, busy.message], [60, undefined]]);
});

it.each([
  ['an outage that passes', [...each([0, 1, 2, 3], busy), [4, 'done']]],
  ['a wait', each([0, 5, 10, 20], notYet('the checks have not ended'))],
  ['one odd answer now and then in a wait', [[0, busy], [3, notYet('it runs')], [6, busy], [9, notYet('it runs')], [12, busy]]],
  ['what is asked about', [[0, busy], [6, neverRetry('PermissionDenied', 'no')]]],
  ['what was called off', each([0, 6, 12], new CancelledFailure('called off'))],
] as const)('tells nothing of %s', async (_, outcomes) => {
  expect(await tell(outcomes)).toEqual([]);
});

it('tells at once of a limit that lasts for so long', async () => {
  expect(await tell([[0, tryAgain('RateLimited', 'the limit of GitHub is used up', { afterMs: 40 * minute })], [41, 'done']])).toEqual([[0, 'the limit of GitHub is used up'], [41, undefined]]);
});

it('tells of a mistake of ours, which would be tried for ever in silence', async () => {
  expect(await tell(each([0, 6], new TypeError('x is not a function')))).toEqual([[6, 'x is not a function']]);
});

it('does not mind a workflow that can not be told', async () => {
  const attentive = openOutages({ silenceMs: 0, tell: async () => Promise.reject(new Error('no such workflow')) });
  await expect(oneAttempt({ activityId: '12' }).run(attentive(async () => Promise.reject(busy)))).rejects.toBe(busy);
});
