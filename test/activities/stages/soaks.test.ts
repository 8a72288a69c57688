import { MockActivityEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Holders } from '../../../ports/temporal/holders.ts';
import type { Health } from '../../../ports/health/probe.ts';
import { createSoaks } from '../../../activities/stages/soaks.ts';
import type { Soak } from '../../../activities/stages/soaks.ts';
import type { HealthCheck } from '../../../domain/stages/health-check.ts';
import type { Observation } from '../../../domain/stages/soak.ts';

const sampleMs = 10_000;
const http: HealthCheck = { kind: 'http', url: 'https://production/health' };
const prometheus: HealthCheck = { kind: 'prometheus', query: 'errors', max: 0 };

beforeEach(() => vi.useFakeTimers({ toFake: ['Date', 'performance'], now: Date.parse('2026-01-05T10:00:00Z') }));
afterEach(() => vi.useRealTimers());

it('passes once it was healthy for as long as it is to be', async () => {
  const soaked = soakAt(async () => ({ kind: 'healthy' }));
  await expect(soaked()).rejects.toMatchObject({ type: 'NotYet', message: '0 ms of 20 s observed; healthy' });
  await expect(soaked()).rejects.toMatchObject({ type: 'NotYet', message: '10 s of 20 s observed; healthy' });
  expect(await soaked()).toEqual({});
});

it('has failed when a check never answers for as long as it may be unhealthy', async () => {
  const soaked = soakAt(() => new Promise(() => undefined), { unhealthyLimitMs: 20_000 });
  await expect(soaked()).rejects.toMatchObject({ type: 'NotYet', message: '0 ms of 20 s observed; unknown: the http check did not answer within 10 ms' });
  await expect(soaked()).rejects.toMatchObject({ type: 'NotYet' });
  expect(await soaked()).toEqual({ failed: 'unknown: the http check did not answer within 10 ms, for 20 s' });
});

it('counts on when a look takes longer than the interval', async () => {
  const takes = (kind: 'healthy' | 'unknown') => async (): Promise<Health> => {
    vi.advanceTimersByTime(2 * sampleMs);
    return kind === 'healthy' ? { kind } : { kind, reason: 'no answer' };
  };
  const soaked = soakAt(takes('healthy'));
  await expect(soaked()).rejects.toMatchObject({ type: 'NotYet' });
  expect(await soaked()).toEqual({});
  const ill = soakAt(takes('unknown'), { unhealthyLimitMs: 20_000 });
  await expect(ill()).rejects.toMatchObject({ type: 'NotYet' });
  expect(await ill()).toEqual({ failed: 'unknown: no answer, for 30 s' });
});

it.each([15_000, -15_000, 3_600_000, -3_600_000])('observes the same though every other worker is %d ms off', async (ms) => {
  let attempt = 0;
  const soaked = soakAt(async () => ({ kind: 'healthy' }), {}, () => (attempt++ % 2 === 0 ? 0 : ms));
  await expect(soaked()).rejects.toThrow('0 ms of 20 s observed; healthy');
  await expect(soaked()).rejects.toThrow('10 s of 20 s observed; healthy');
  expect(await soaked()).toEqual({});
});

it('tells what is bad rather than what is not known', async () => {
  const health = async ({ kind }: HealthCheck): Promise<Health> => (kind === 'http' ? { kind: 'unknown', reason: 'no answer' } : { kind: 'unhealthy', reason: 'errors is 3' });
  await expect(soakAt(health, { checks: [http, prometheus] })()).rejects.toThrow('unhealthy: errors is 3');
});

it('says at once that what people believe to be well is not, and that it is again', async () => {
  let status: Health = { kind: 'unhealthy', reason: '503' };
  expect(await soakAt(async () => status, { known: 'well' })()).toMatchObject({ turned: 'sick', why: 'unhealthy: 503', observation: { observedMs: 0, unhealthySince: Date.now() } });
  const before: Observation = { observedMs: 5_000, lastAt: Date.now() - sampleMs, lastHealthy: false, unhealthySince: Date.now() - sampleMs };
  expect(await soakAt(async () => status, { known: 'sick', before, unhealthyLimitMs: sampleMs })()).toEqual({ failed: 'unhealthy: 503, for 10 s' });
  status = { kind: 'healthy' };
  const again = soakAt(async () => status, { known: 'sick', soakMs: 200_000, before });
  for (let sample = 0; sample < 10; sample++) await expect(again()).rejects.toMatchObject({ type: 'NotYet' });
  expect(await again()).toMatchObject({ turned: 'well', observation: { observedMs: 105_000 } });
});

/** Takes a sample by each call, an interval after the one before, by a worker whose clock is wrong by `skew`. Attempts have 20 ms. */
function soakAt(look: (check: HealthCheck) => Promise<Health>, rules: Partial<Soak> = {}, skew = () => 0) {
  const { soak } = createSoaks({ health: { look }, holders: {} as unknown as Holders });
  let details: Observation | undefined;
  return async (): Promise<unknown> => {
    if (details) vi.setSystemTime(Date.now() + sampleMs);
    const scheduled = Date.now();
    const off = skew();
    vi.setSystemTime(scheduled + off);
    const activity = new MockActivityEnvironment({ heartbeatDetails: details, startToCloseTimeoutMs: 20, currentAttemptScheduledTimestampMs: scheduled });
    activity.on('heartbeat', (observation: Observation) => (details = observation));
    return activity.run(soak, { checks: [http], soakMs: 20_000, sampleMs, ...rules }).finally(() => vi.setSystemTime(Date.now() - off));
  };
}
