import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { duration } from '../../../domain/text/duration.ts';
import { spoken } from '../../../domain/text/spoken.ts';

describe('a duration', () => {
  it.each([
    ['250ms', 250],
    ['90s', 90_000],
    ['30m', 1_800_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
    ['0s', 0],
  ])('%s is %i ms', (text, ms) => {
    expect(duration.parse(text)).toBe(ms);
  });

  it.each(['', '5', '5 m', '-5m', '1.5h', '5M', '1w', '1h30m', '1234567d', 5, null])('%j is none', (given) => {
    expect(duration.safeParse(given).error?.issues[0]?.message).toContain('must be a duration such as "90s"');
  });
});

describe('spoken', () => {
  it.each([
    [0, '0 ms'],
    [999, '999 ms'],
    [1_000, '1 s'],
    [90_000, '1 min 30 s'],
    [3_600_000, '1 h'],
    [100_800_000, '1 d 4 h'],
    [86_400_000 + 60_000 + 5_000, '1 d 1 min'],
  ])('%i is "%s"', (ms, words) => {
    expect(spoken(ms)).toBe(words);
  });

  it('never says more than has passed, and leaves out less than the smaller unit that it names', () => {
    const sizes: Record<string, number> = { ms: 1, s: 1_000, min: 60_000, h: 3_600_000, d: 86_400_000 };
    fc.assert(
      fc.property(fc.nat(1e10), (ms) => {
        const words = spoken(ms).split(' ');
        let said = 0;
        for (let i = 0; i < words.length; i += 2) said += Number(words[i]) * sizes[words[i + 1]!]!;
        expect(said).toBeLessThanOrEqual(ms);
        expect(ms - said).toBeLessThan(ms < 1_000 ? 1 : ms < 60_000 ? 1_000 : ms / 2);
      }),
    );
  });
});
