import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { exposure, raises } from '../../../domain/flags/setting.ts';
import type { FlagSetting } from '../../../domain/flags/setting.ts';
import { defaultPercentages, defaultSoak, fallback, fallbackPolicies, jump, planRollout, soakMs, stepsAhead } from '../../../domain/flags/steps.ts';
import type { SoakRule } from '../../../domain/stages/exposure.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const percentages = fc.array(fc.integer({ min: 1, max: 100 }), { maxLength: 8 });
const setting: fc.Arbitrary<FlagSetting> = fc.oneof(fc.boolean(), fc.integer({ min: 1, max: 100 }), fc.constant('unset' as const));
const soak: fc.Arbitrary<SoakRule> = fc.oneof(
  fc.record({ kind: fc.constant('time' as const), ms: fc.nat(48 * HOUR) }),
  fc
    .record({ percentHours: fc.double({ min: 0.001, max: 1000, noNaN: true }), minMs: fc.nat(HOUR), spanMs: fc.nat(24 * HOUR) })
    .map(({ percentHours, minMs, spanMs }) => ({ kind: 'exposure' as const, percentHours, minMs, maxMs: minMs + spanMs })),
);

/** Where the catalog says nothing else. */
const steps = planRollout({ percentages: defaultPercentages, soak: defaultSoak });

describe('the plan of a rollout', () => {
  test('is 5, 25, 50, 100 and true, watched for ten percent-hours each', () => {
    expect(steps).toEqual([
      { to: 5, soakMs: 2 * HOUR },
      { to: 25, soakMs: 24 * MINUTE },
      { to: 50, soakMs: 12 * MINUTE },
      { to: 100, soakMs: 6 * MINUTE },
      { to: true, soakMs: 6 * MINUTE },
    ]);
  });

  test('always rises, and ends with 100 and then true', () => {
    fc.assert(
      fc.property(percentages, soak, (given, rule) => {
        const values = planRollout({ percentages: given, soak: rule }).map(({ to }) => to);
        expect(values.slice(-2)).toEqual([100, true]);
        values.slice(1).forEach((value, index) => expect(raises(values[index]!, value)).toBe(true));
        for (const percentage of given) expect(values).toContain(percentage);
      }),
    );
  });
});

describe('a soak by exposure', () => {
  test.each([
    [1, 10 * HOUR],
    [10, HOUR],
    [50, 12 * MINUTE],
  ])('gives %i %% as much time as the others need for the same data', (percent, ms) => {
    expect(soakMs({ kind: 'exposure', percentHours: 10, minMs: 0, maxMs: 100 * HOUR }, percent)).toBe(ms);
  });

  test('collects the percent-hours that were asked for, unless its limits say otherwise', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 1000 }), (percent, percentHours) => {
        const ms = soakMs({ kind: 'exposure', percentHours, minMs: 0, maxMs: Number.MAX_SAFE_INTEGER }, percent);
        expect((ms / HOUR) * percent).toBeCloseTo(percentHours, 3);
      }),
    );
  });

  test('never leaves its limits, and never takes longer for more actors', () => {
    fc.assert(
      fc.property(soak, fc.integer({ min: 1, max: 99 }), (rule, percent) => {
        const ms = soakMs(rule, percent);
        expect(soakMs(rule, percent + 1)).toBeLessThanOrEqual(ms);
        expect(ms).toBeGreaterThanOrEqual(rule.kind === 'time' ? rule.ms : rule.minMs);
        expect(ms).toBeLessThanOrEqual(rule.kind === 'time' ? rule.ms : rule.maxMs);
      }),
    );
  });

  test('is as long for true as for 100, and nothing for a flag that nobody sees', () => {
    fc.assert(
      fc.property(soak, (rule) => {
        expect(soakMs(rule, true)).toBe(soakMs(rule, 100));
        expect(soakMs(rule, false)).toBe(0);
      }),
    );
  });
});

describe('the steps ahead', () => {
  test('of a flag that is at 25 % already don’t lower it', () => {
    expect(stepsAhead(steps, 25).map(({ to }) => to)).toEqual([50, 100, true]);
  });

  test('of a flag that is on for everybody are none', () => {
    expect(stepsAhead(steps, true)).toEqual([]);
  });
});

describe('a jump', () => {
  test('skips the steps between', () => {
    expect(jump(steps, 5, 50)).toEqual({ kind: 'valid', value: [{ to: 50, soakMs: 12 * MINUTE }] });
  });

  test('to true still writes 100 first', () => {
    expect(jump(steps, 5, true)).toMatchObject({ kind: 'valid', value: [{ to: 100 }, { to: true }] });
    expect(jump(steps, 100, true)).toMatchObject({ kind: 'valid', value: [{ to: true }] });
  });

  test.each([
    [25, 'can\'t jump from 50 % to 25 %. Later steps: 100, true'],
    [60, 'can\'t jump from 50 % to 60 %. Later steps: 100, true'],
    [false, 'can\'t jump from 50 % to off. Later steps: 100, true'],
  ])('to %s from 50 %% is refused, and the later steps are told', (to, message) => {
    expect(jump(steps, 50, to)).toEqual({ kind: 'invalid', message });
  });

  test('never lowers the flag, and always ends at the step that was asked for', () => {
    fc.assert(
      fc.property(percentages, setting, fc.oneof(fc.boolean(), fc.integer({ min: 1, max: 100 })), (given, from, to) => {
        const jumped = jump(planRollout({ percentages: given, soak: defaultSoak }), from, to);
        if (jumped.kind === 'invalid') return;
        expect(jumped.value.every((step) => raises(from, step.to))).toBe(true);
        expect(jumped.value.at(-1)?.to).toBe(to);
      }),
    );
  });
});

describe('falling back', () => {
  test.each([
    ['hold', 25, undefined],
    ['stepBack', 25, 5],
    ['stepBack', 5, false],
    ['stepBack', 30, 25],
    ['stepBack', true, 50],
    ['off', 100, false],
    ['off', 'unset', undefined],
  ] as const)('by policy %s from %s writes %s', (policy, at, value) => {
    expect(fallback(policy, steps, at)).toBe(value);
  });

  test('takes the flag from somebody, or writes nothing', () => {
    fc.assert(
      fc.property(percentages, setting, fc.constantFrom(...fallbackPolicies), (given, at, policy) => {
        const value = fallback(policy, planRollout({ percentages: given, soak: defaultSoak }), at);
        return value === undefined || exposure(value) < exposure(at);
      }),
    );
  });
});
