import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Observation } from '../../../domain/stages/soak.ts';
import { newHealth, observe, unhealthyMs } from '../../../domain/stages/soak.ts';

const interval = 10;

function watch(samples: readonly (readonly [at: number, healthy: boolean])[]): Observation {
  return samples.reduce<Observation | undefined>((before, [at, healthy]) => observe(before, { at, healthy }, interval), undefined)!;
}

it('counts the time between healthy samples', () => {
  expect(watch([[0, true], [10, true], [22, true]]).observedMs).toBe(22);
});

it('does not count the time around an unhealthy sample', () => {
  expect(watch([[0, true], [10, false], [20, true], [30, true]]).observedMs).toBe(10);
});

it('does not count a gap in which nobody looked', () => {
  expect(watch([[0, true], [10, true], [31, true], [41, true]]).observedMs).toBe(20);
});

it('never counts backwards, should the clock be set back', () => {
  expect(watch([[100, true], [110, true], [50, true], [60, true]]).observedMs).toBe(20);
});

it('takes a look that lasts long for no gap', () => {
  const slow = (healthy: boolean) => [0, 40, 80].reduce<Observation | undefined>((before, from) => observe(before, { from, at: from + 3 * interval, healthy }, interval), undefined)!;
  expect(slow(true).observedMs).toBe(80);
  expect(unhealthyMs(slow(false))).toBe(80);
});

it('knows for how long it was not healthy, without a break', () => {
  expect(unhealthyMs(watch([[0, true], [10, false], [20, false], [35, false]]))).toBe(25);
  expect(unhealthyMs(watch([[0, false], [10, true], [20, false]]))).toBe(0);
  expect(unhealthyMs(watch([[0, false], [10, false], [10 + 2 * interval + 1, false]]))).toBe(0);
});

it('counts nothing from a single look', () => {
  expect(watch([[1_000_000, true]]).observedMs).toBe(0);
});

it('never counts more than the time that has passed, nor less than nothing', () => {
  const sample = fc.tuple(fc.nat(1_000), fc.boolean());
  fc.assert(
    fc.property(fc.array(sample, { minLength: 1 }), (steps) => {
      let at = 0;
      const samples = steps.map(([step, healthy]) => [(at += step), healthy] as const);
      const { observedMs } = watch(samples);
      expect(observedMs).toBeGreaterThanOrEqual(0);
      expect(observedMs).toBeLessThanOrEqual(at - samples[0]![0]);
    }),
  );
});

describe('what people are told of its health', () => {
  const health = (known: 'well' | 'sick', samples: Parameters<typeof watch>[0], sick?: 'unhealthy' | 'unknown') => newHealth(known, watch(samples), { sick, sampleMs: interval });
  const bad = (count: number) => Array.from({ length: count }, (_, n) => [n * interval, false] as const);
  const good = (count: number) => Array.from({ length: count }, (_, n) => [n * interval, true] as const);

  it('is what is bad by the first sample, and what has no data by the third', () => {
    expect(health('well', bad(1), 'unhealthy')).toBe('sick');
    expect(health('well', bad(2), 'unknown')).toBeUndefined();
    expect(health('well', bad(3), 'unknown')).toBe('sick');
    expect(health('sick', bad(9), 'unhealthy')).toBeUndefined();
  });

  it('is that it is well again once it was so without a break: what flaps is one sickness', () => {
    expect(health('sick', good(10))).toBeUndefined();
    expect(health('sick', good(11))).toBe('well');
    expect(health('sick', [[0, true], ...good(9).map(([at]) => [at + interval, at % 20 === 0] as const)])).toBeUndefined();
    expect(health('well', good(11))).toBeUndefined();
  });
});
