import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { watch } from '../../../domain/flags/watch.ts';
import type { Look, Watched } from '../../../domain/flags/watch.ts';
import { namedSha } from '../../shas.ts';

const rule = { soakMs: 1_000, sampleMs: 100, lagMs: 300 };

/** Looks every 100 ms as the list says, until there is a finding. */
function watching(looks: readonly Partial<Look>[]) {
  let watched: Watched = {};
  for (const [index, look] of looks.entries()) {
    const seen = watch(watched, { at: index * 100, ...look }, rule);
    if (seen.kind !== 'going') return { after: index * 100, ...seen };
    watched = seen.watched;
  }
  return { kind: 'going' as const };
}

const healthy = (count: number): Partial<Look>[] => Array.from({ length: count }, () => ({}));
const unknown: Partial<Look> = { sick: { kind: 'unknown', reason: 'errors gives no data' } };

describe('a watch', () => {
  test('passes when the flag was healthy for long enough', () => {
    expect(watching(healthy(20))).toEqual({ kind: 'passed', after: 1_000 });
  });

  test('ends at once when something is unhealthy', () => {
    expect(watching([...healthy(3), { sick: { kind: 'unhealthy', reason: 'errors' } }])).toEqual({ kind: 'unhealthy', reason: 'errors', after: 300 });
  });

  test('bears a probe that fails once, and does not count that time', () => {
    expect(watching([...healthy(5), unknown, ...healthy(20)])).toEqual({ kind: 'passed', after: 1_200 });
  });

  test('ends when there is no data for long', () => {
    expect(watching([...healthy(2), ...Array.from({ length: 9 }, () => unknown)])).toEqual({ kind: 'unhealthy', reason: 'no data: errors gives no data', after: 500 });
  });

  test('believes a strange value only when a read can’t lag any more', () => {
    const strange = { strange: '5 %' };
    expect(watching([strange, strange, ...healthy(20)])).toEqual({ kind: 'passed', after: 1_200 });
    expect(watching([...healthy(2), ...Array.from({ length: 9 }, () => strange)])).toEqual({ kind: 'changed', to: '5 %', after: 500 });
  });

  test('ends when the code is rolled back', () => {
    expect(watching([...healthy(2), { rolledBack: { to: namedSha('abc') } }])).toEqual({ kind: 'rolledBack', to: 'abc', after: 200 });
  });

  test('does not count frozen time, and waits for what is pending', () => {
    expect(watching([...healthy(3), { frozen: true }, { frozen: true }, ...healthy(20)])).toEqual({ kind: 'passed', after: 1_300 });
    expect(watching([...Array.from({ length: 15 }, () => ({ pending: 'a smoke run' })), {}])).toEqual({ kind: 'passed', after: 1_500 });
  });

  test('never passes without the healthy time that was asked for, whatever is seen', () => {
    const look: fc.Arbitrary<Partial<Look>> = fc.oneof(fc.constant({}), fc.constant(unknown), fc.constant({ frozen: true }), fc.constant({ strange: '5 %' }));
    fc.assert(
      fc.property(fc.array(look, { maxLength: 60 }), (looks) => {
        const end = watching(looks);
        if (end.kind !== 'passed') return;
        const seen = looks.slice(0, end.after / 100 + 1);
        const pairs = seen.filter((one, index) => index > 0 && Object.keys(one).length === 0 && Object.keys(seen[index - 1]!).length === 0);
        expect(pairs.length * 100).toBeGreaterThanOrEqual(rule.soakMs);
      }),
    );
  });
});
