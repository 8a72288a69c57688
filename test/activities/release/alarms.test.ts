import { MockActivityEnvironment } from '@temporalio/testing';
import { beforeEach, expect, it } from 'vitest';
import { createAlarms } from '../../../activities/release/alarms.ts';
import { neverRetry, notYet, tryAgain } from '../../../ports/failures.ts';

const posted = new Map<string, string>();
beforeEach(() => posted.clear());

const chat = {
  reach: async () => undefined,
  find: async (channel: string, key: string) => (posted.has(`${channel} ${key}`) ? { id: key, text: posted.get(`${channel} ${key}`)! } : undefined),
  post: async ({ channel, key, text }: { readonly channel: string; readonly key: string; readonly text: string }) => {
    posted.set(`${channel} ${key}`, text);
    return { id: key, text };
  },
  update: async (channel: string, id: string, { text }: { readonly text: string }) => void posted.set(`${channel} ${id}`, text),
};
const channels = { of: async (component: string) => (component === 'gitaly' ? { progress: '#gitaly', team: '#g_gitaly' } : undefined) };
const { watched } = createAlarms({ chat, channels, readLagMs: 0 });
const expired = tryAgain('PermissionDenied', 'GitHub answered 401 to GET /repos/org/gitaly: Bad credentials. Is the token valid?');

/** @param minutes since the activity was begun for the first time */
async function attempt(failure: unknown, minutes: number, request: { component: string; dryRun?: boolean } = { component: 'gitaly' }): Promise<void> {
  const act = watched(async () => {
    throw failure;
  });
  const environment = new MockActivityEnvironment({ scheduledTimestampMs: start + (20 - minutes) * 60_000, currentAttemptScheduledTimestampMs: Date.now() });
  await expect(environment.run(act, request)).rejects.toBe(failure);
}
const start = Date.now() - 20 * 60_000;

it('tells the team once of what keeps a release from beginning for minutes, and goes on trying', async () => {
  await attempt(expired, 2);
  expect([...posted]).toEqual([]);
  await attempt(expired, 6);
  expect([...posted]).toEqual([[expect.stringMatching(/^#g_gitaly /), expect.stringMatching(/^gitaly: .* can't begin for 6 min.*, and tries again: GitHub answered 401 .* Is the token valid\?$/)]]);
  await attempt(expired, 6);
  expect(posted.size).toBe(1);
});

it.each([
  ['a wait', notYet('the checks have not ended'), undefined],
  ['what ends the release, which tells it itself', neverRetry('InvalidCatalog', 'a mistake'), undefined],
  ['a dry run', expired, { component: 'gitaly', dryRun: true }],
  ['a component of which nobody knows who follows it', expired, { component: 'gitlay' }],
])('does not tell of %s', async (_, failure, request) => {
  await attempt(failure, 10, request);
  expect([...posted]).toEqual([]);
});
