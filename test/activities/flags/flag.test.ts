import { MockActivityEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Environments } from '../../../ports/temporal/environments.ts';
import { tryAgain } from '../../../ports/failures.ts';
import type { FlagBackend, FlagReading } from '../../../ports/flags/backend.ts';
import type { Deployment } from '../../../ports/forge/deployments.ts';
import type { Forge } from '../../../ports/forge/forge.ts';
import type { Health } from '../../../ports/health/probe.ts';
import { createRollouts } from '../../../activities/flags/flag.ts';
import type { FlagWatch } from '../../../activities/flags/flag.ts';
import { catalogSchema } from '../../../domain/catalog.ts';
import type { Frozen } from '../../../domain/environments/claim.ts';
import type { WatchEnd, Watched } from '../../../domain/flags/watch.ts';
import { shaOf } from '../../shas.ts';

/** Thirty seconds before the calendar freezes production, for five minutes. */
const begin = Date.parse('2026-01-05T09:59:30Z');
const minuteMs = 60_000;
const sampleMs = 10_000;

beforeEach(() => vi.useFakeTimers({ toFake: ['Date', 'performance'], now: begin }));
afterEach(() => vi.useRealTimers());

const rules: FlagWatch = {
  environment: 'quiet',
  flag: 'gitaly_x',
  expected: 25,
  checks: [{ kind: 'http', url: 'https://production/health' }],
  soakMs: minuteMs,
  sampleMs,
};
const code = {
  component: 'gitaly',
  source: 'o/m',
  commit: shaOf('c'),
  environment: 'quiet',
  pin: { repository: 'o/p', versionFile: 'VERSION' },
  deployed: { kind: 'deployment' as const },
};

describe('a watch of a flag', () => {
  it('has passed when all was well for as long as it is to be', async () => {
    const { watched } = world();
    expect(await watched()).toEqual({ kind: 'passed', afterMs: minuteMs });
  });

  it.each([
    ['an operator freezes its environment', 'quiet', (state: World) => (state.frozen = { by: 'olga', reason: 'the incident' })],
    ['the calendar does', 'calendar', () => undefined],
  ])('counts no time from when %s, and goes on from there afterwards', async (_, environment, freeze) => {
    const { watched, state } = world({ environment });
    const end = await watched({
      30_000: () => freeze(state),
      330_000: () => (state.frozen = undefined),
    });
    // Twenty seconds had counted: those between the last look before the freeze and the first one in it did not.
    expect(end).toEqual({ kind: 'passed', afterMs: 330_000 + 40_000 });
  });

  it('finds what is wrong also while its environment is frozen', async () => {
    const { watched, state } = world({ environment: 'calendar' });
    expect(await watched({ 120_000: () => (state.health = { kind: 'unhealthy', reason: 'errors is 0.13, above 0.05' }) })).toEqual({
      kind: 'unhealthy',
      reason: 'errors is 0.13, above 0.05',
      afterMs: 120_000,
    });
  });

  it('says what it waits for where people look', async () => {
    const { look, state } = world();
    state.frozen = { by: 'olga', reason: 'the incident', until: '2026-01-06T00:00:00Z' };
    await expect(look()).rejects.toMatchObject({ type: 'NotYet', message: '0 of 60000 ms observed; quiet is frozen by olga until 2026-01-06T00:00:00Z: the incident' });
  });

  it('does not pass without the metric, and ends when that stays away', async () => {
    const { watched, state } = world();
    const missing: Health = { kind: 'unknown', reason: 'errors gives no data' };
    expect(await watched({ 40_000: () => (state.health = missing) })).toEqual({ kind: 'unhealthy', reason: 'no data: errors gives no data', afterMs: 70_000 });
  });

  it('bears that the metric is late, and counts none of that time', async () => {
    const { watched, state } = world();
    const end = await watched({ 20_000: () => (state.health = { kind: 'unknown', reason: 'late' }), 40_000: () => (state.health = { kind: 'healthy' }) });
    expect(end).toEqual({ kind: 'passed', afterMs: minuteMs + 30_000 });
  });

  it.each([
    [{ kind: 'plain', setting: 50 }, '50 %'],
    [{ kind: 'plain', setting: false }, 'off'],
    [{ kind: 'custom', gates: ['actors'] }, 'actors'],
  ] as const)('ends when somebody else has made %j of the flag, once a read can’t lag any more', async (reading, to) => {
    const { watched, state } = world();
    expect(await watched({ 20_000: () => (state.reading = reading) })).toEqual({ kind: 'changed', to, afterMs: 40_000 });
  });

  it('ends when what is deployed lacks the code', async () => {
    const { watched, state } = world({ code });
    expect(await watched({ 20_000: () => (state.deployed = shaOf('b')) })).toEqual({ kind: 'rolledBack', to: shaOf('b'), afterMs: 20_000 });
  });

  it('ends when nobody knows any more what is deployed', async () => {
    const { watched, state } = world({ code });
    expect(await watched({ 20_000: () => (state.deployed = undefined) })).toEqual({ kind: 'rolledBack', afterMs: 20_000 });
  });
});

describe('a service that can’t be asked, besides health', () => {
  const unhealthy: Health = { kind: 'unhealthy', reason: 'errors is 0.13, above 0.05' };
  const limited = () => tryAgain('RateLimited', 'GitHub: secondary rate limit', { afterMs: 3_600_000 });

  it('does not hide that the step is not healthy', async () => {
    const { look, state } = world({ code });
    state.outage = tryAgain('Unavailable', 'GitHub does not answer');
    state.health = unhealthy;
    expect(await look()).toEqual(unhealthy);
  });

  it('does not hide that there is no data, either', async () => {
    const { watched, state } = world({ code });
    const outage = () => (state.outage = tryAgain('Unavailable', 'GitHub does not answer'));
    expect(await watched({ 20_000: outage, 30_000: () => (state.health = { kind: 'unknown', reason: 'no answer' }) })).toEqual({
      kind: 'unhealthy',
      reason: 'no data: no answer',
      afterMs: 60_000,
    });
  });

  it('lets no time count, and is what the look fails with', async () => {
    const { watched, look, state } = world({ code });
    state.outage = tryAgain('Unavailable', 'GitHub does not answer');
    await expect(look()).rejects.toMatchObject({ type: 'Unavailable', message: 'GitHub does not answer' });
    expect(await watched({ 40_000: () => (state.outage = undefined) })).toEqual({ kind: 'passed', afterMs: 40_000 + minuteMs });
  });

  it('is left alone for as long as it asks for, while health is looked at', async () => {
    const { watched, look, state } = world({ code });
    state.outage = limited();
    await expect(look()).rejects.toMatchObject({ type: 'RateLimited', nextRetryDelay: undefined });
    const asked = state.asked;
    expect(await watched({ 60_000: () => (state.health = unhealthy) })).toEqual({ ...unhealthy, afterMs: 60_000 });
    expect(state.asked).toBe(asked);
  });
});

describe('the smoke run', () => {
  const smoke = { repository: 'o/p', workflow: 'smoke.yml', since: new Date(begin).toISOString() };
  const run = (state: Deployment['state']): Deployment => ({ id: 1, url: 'https://ci/1', state });

  it('is waited for when the flag was healthy for long enough', async () => {
    const { watched, state } = world({ smoke });
    expect(await watched({ 300_000: () => (state.run = run('running')), 400_000: () => (state.run = run('succeeded')) })).toEqual({ kind: 'passed', afterMs: 400_000 });
  });

  it('may come before that, but shortens nothing', async () => {
    const { watched, state } = world({ smoke });
    state.run = run('succeeded');
    expect(await watched()).toEqual({ kind: 'passed', afterMs: minuteMs });
  });

  it('is as bad as bad metrics when it fails', async () => {
    const { watched, state } = world({ smoke });
    expect(await watched({ 20_000: () => (state.run = run('failed')) })).toEqual({ kind: 'unhealthy', reason: 'the smoke run failed: https://ci/1', afterMs: 20_000 });
  });

  it('never passes by not being there', async () => {
    const { watched } = world({ smoke });
    expect(await watched({}, 1_000)).toEqual({ kind: 'going' });
  });
});

interface World {
  reading: FlagReading;
  health: Health;
  frozen: Frozen | undefined;
  deployed: string | undefined;
  run: Deployment | undefined;
  /** With what the forge fails, and how often it was asked. */
  outage: Error | undefined;
  asked: number;
}

/** A flag at 25 % with everything as it should be, until a test says otherwise. */
function world(changes: Partial<FlagWatch> = {}) {
  const state: World = { reading: { kind: 'plain', setting: 25 }, health: { kind: 'healthy' }, frozen: undefined, deployed: code.commit, run: undefined, outage: undefined, asked: 0 };
  const catalog = catalogSchema.parse({
    version: 1,
    environments: { quiet: {}, calendar: { freezes: [{ kind: 'dates', from: '2026-01-05T10:00', to: '2026-01-05T10:05', reason: 'the move' }] } },
    components: {},
  });
  const flags = { lagMs: 2 * sampleMs, read: async () => state.reading } as unknown as FlagBackend;
  const forge = {
    commits: { range: async (_repository: string, from: string, to: string) => ({ commits: [], total: 0, diverged: from !== to }), read: async (_repository: string, _file: string, sha: string) => sha },
    deployments: {
      async current() {
        state.asked++;
        if (state.outage) throw state.outage;
        return state.deployed && { sha: state.deployed, at: '2026-01-01T00:00:00Z' };
      },
    },
    workflowRuns: { newest: async () => state.run },
  } as unknown as Forge;
  const environments = { frozen: async () => state.frozen, record: async () => undefined } as unknown as Environments;
  const { watchFlag } = createRollouts({ catalog: { read: async () => catalog }, forge, environments, flags: () => flags, health: { look: async () => state.health } });

  let details: Watched | undefined;
  async function look(): Promise<WatchEnd> {
    const activity = new MockActivityEnvironment({ heartbeatDetails: details, startToCloseTimeoutMs: 3_000, currentAttemptScheduledTimestampMs: Date.now() });
    activity.on('heartbeat', (watched: Watched) => (details = watched));
    return (await activity.run(watchFlag, { ...rules, ...changes })) as WatchEnd;
  }

  return {
    state,
    look,
    /** Looks at each interval until there is a finding. What happens in between is given by its ms from the beginning. */
    async watched(happenings: Readonly<Record<number, () => unknown>> = {}, looks = 200) {
      for (let afterMs = 0; afterMs < looks * sampleMs; afterMs += sampleMs) {
        vi.setSystemTime(begin + afterMs);
        happenings[afterMs]?.();
        const found = await look().catch((failure: { type?: string }) => {
          if (failure.type !== 'NotYet' && !state.outage) throw failure;
          return undefined;
        });
        if (found) return { ...found, afterMs };
      }
      return { kind: 'going' as const };
    },
  };
}
