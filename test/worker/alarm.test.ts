import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { pino } from 'pino';
import { createAlarm } from '../../worker/webhooks/alarm.ts';
import { scriptedReleases } from './receiver-world.ts';

const id = 'release/gitaly/from-aaaaaaaaaaaa';
const eventsPerWake = 10; // see test/e2e/wake.test.ts
const news = { event: 'check_suite', repository: 'org/product', what: 'checks' };
const component = { concern: { kind: 'component', name: 'gitaly', of: 'release' }, news } as const;
const silent = pino({ level: 'silent' });

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('adds no more than fifty events to a release in ten minutes of a flood', async () => {
  const releases = scriptedReleases({ gitaly: [id] });
  const ring = createAlarm({ releases, log: silent });
  for (let ms = 0; ms < 600_000 - 12; ms += 12) {
    expect(ring(ms % 24 === 0 ? component : { ...component, concern: { kind: 'release', id } })).toBe(true);
    await vi.advanceTimersByTimeAsync(12);
  }
  expect(releases.woken.length).toBeGreaterThanOrEqual(4);
  expect(releases.woken.length * eventsPerWake).toBeLessThanOrEqual(50);
  expect(releases.inquiries()).toBeLessThanOrEqual(2 * 10 * 60 + 1);
});

it('has a task done at once, and not for each of many tags', async () => {
  const releases = scriptedReleases({});
  const ring = createAlarm({ releases, log: silent });
  for (let n = 0; n < 50; n++) ring({ concern: { kind: 'schedule', id: 'product/gitaly' }, news });
  await vi.advanceTimersByTimeAsync(2_000);
  expect(releases.woken).toEqual(['product/gitaly']);
});

it('wakes again after the last news, however many came', async () => {
  const releases = scriptedReleases({ gitaly: [id] });
  const ring = createAlarm({ releases, log: silent });
  for (let n = 0; n < 20; n++) {
    ring(component);
    await vi.advanceTimersByTimeAsync(1_000);
  }
  const before = releases.woken.length;
  ring(component);
  await vi.advanceTimersByTimeAsync(5 * 60_000);
  expect(releases.woken.length).toBeGreaterThan(before);
});

it('wakes for its deployment, however often it was woken for checks', async () => {
  const releases = scriptedReleases({ gitaly: [id] });
  const ring = createAlarm({ releases, log: silent });
  for (let n = 0; n < 20; n++) {
    ring(component);
    await vi.advanceTimersByTimeAsync(1_000);
  }
  const before = releases.woken.length;
  ring({ concern: { kind: 'release', id }, news: { ...news, event: 'deployment_status' } });
  await vi.advanceTimersByTimeAsync(0);
  expect(releases.woken).toHaveLength(before + 1);
});

it('turns a repository away that names more releases than its share, and no other', () => {
  const ring = createAlarm({ releases: scriptedReleases({}), log: silent });
  const named = (repository: string, n: number) => ring({ concern: { kind: 'release', id: `release/gitaly/${n}` }, news: { ...news, repository } });
  const taken = Array.from({ length: 200 }, (_, n) => named('org/loud', n)).filter((isTaken) => isTaken);
  expect(taken).toHaveLength(100);
  expect(named('org/quiet', 1_000)).toBe(true);
});

it('goes on when Temporal does not answer', async () => {
  const releases = { ...scriptedReleases({ gitaly: [id] }), waiting: vi.fn(() => Promise.reject(new Error('no server'))) };
  const ring = createAlarm({ releases, log: silent });
  ring(component);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(ring(component)).toBe(true);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(releases.waiting).toHaveBeenCalledTimes(2);
});
