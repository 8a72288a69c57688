import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { paced } from '../../worker/webhooks/pace.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('acts at once, and once more for all that was asked for meanwhile', async () => {
  const { ask, acts } = asking(paced({ burst: 1, everyMs: 1_000, limit: 10 }));
  for (let n = 0; n < 100; n++) ask('a', n);
  await vi.advanceTimersByTimeAsync(0);
  expect(acts).toEqual(['a 99']);
  for (let n = 100; n < 200; n++) ask('a', n);
  await vi.advanceTimersByTimeAsync(999);
  expect(acts).toEqual(['a 99']);
  await vi.advanceTimersByTimeAsync(1);
  expect(acts).toEqual(['a 99', 'a 199']);
});

it('acts as often as the burst at once, and then at its pace', async () => {
  const { ask, acts } = asking(paced({ burst: 3, everyMs: 1_000, limit: 10 }));
  const times = [];
  for (let second = 0; second < 60; second++) {
    ask('a', second);
    await vi.advanceTimersByTimeAsync(100);
    times.push(acts.length);
  }
  expect(times.slice(0, 3)).toEqual([1, 2, 3]);
  expect(acts.length).toBeGreaterThanOrEqual(3 + 5);
  expect(acts.length).toBeLessThanOrEqual(3 + 6);
});

it('has its burst again after it was quiet', async () => {
  const { ask, acts } = asking(paced({ burst: 2, everyMs: 1_000, limit: 10 }));
  for (let round = 0; round < 3; round++) {
    for (let n = 0; n < 2; n++) {
      ask('a', n);
      await vi.advanceTimersByTimeAsync(0);
    }
    expect(acts).toHaveLength(2 * (round + 1));
    await vi.advanceTimersByTimeAsync(2_000);
  }
});

it('begins no act of a key before the one before it has ended, and loses none that was asked for meanwhile', async () => {
  const begun: number[] = [];
  let end = () => {};
  const turn = paced({ burst: 5, everyMs: 1_000, limit: 10 });
  const ask = (n: number) => turn({ key: 'a', group: 'g', act: () => new Promise((resolve) => (begun.push(n), (end = resolve))) });
  ask(1);
  await vi.advanceTimersByTimeAsync(0);
  ask(2);
  ask(3);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(begun).toEqual([1]);
  end();
  await vi.advanceTimersByTimeAsync(0);
  expect(begun).toEqual([1, 3]);
});

it('keeps keys apart', async () => {
  const { ask, acts } = asking(paced({ burst: 1, everyMs: 1_000, limit: 10 }));
  for (const key of ['a', 'b', 'a', 'b']) ask(key, 0);
  await vi.advanceTimersByTimeAsync(0);
  expect(acts).toEqual(['a 0', 'b 0']);
});

it('turns away what is too much, of all and of one group, and has room again when it is quiet', async () => {
  const { ask, acts } = asking(paced({ burst: 1, everyMs: 1_000, limit: 5, share: 3 }));
  const loud = Array.from({ length: 6 }, (_, n) => ask(`loud ${n}`, 0, 'loud'));
  const quiet = Array.from({ length: 3 }, (_, n) => ask(`quiet ${n}`, 0, 'quiet'));
  expect(loud).toEqual([true, true, true, false, false, false]);
  expect(quiet).toEqual([true, true, false]);
  await vi.advanceTimersByTimeAsync(1_001);
  expect(ask('loud 9', 0, 'loud')).toBe(true);
  await vi.advanceTimersByTimeAsync(0);
  expect(acts).toHaveLength(6);
});

function asking(turn: ReturnType<typeof paced>) {
  const acts: string[] = [];
  const ask = (key: string, n: number, group = 'g') =>
    turn({
      key,
      group,
      async act() {
        acts.push(`${key} ${n}`);
      },
    });
  return { ask, acts };
}
