import { describe, expect, it } from 'vitest';
import { askedCandidate, nextCandidate } from '../../../domain/versions/candidate-number.ts';
import type { Asker } from '../../../domain/versions/candidate-number.ts';
import { versionOf, versionText } from '../../../domain/versions/version.ts';

const ranges = { developers: [1, 39], product: [40, 49] } as const;
/** As Gitaly has them of 16.2.0 and 13.10.0. */
const used = ['16.2.0-rc2', '16.2.0-rc3', '16.2.0-rc4', '16.2.0-rc42', '16.2.0-rc43', '16.2.0-rc44', '16.2.0-rc45', '16.1.0-rc9'].map(versionOf);

function next(line: string, asker: Asker): string {
  const number = nextCandidate(versionOf(line), used, asker, ranges);
  return number.kind === 'free' ? versionText(number.version) : number.reason;
}

function asked(text: string, asker: Asker): string {
  const number = askedCandidate(versionOf(text), used, asker, ranges);
  return number.kind === 'free' ? versionText(number.version) : number.reason;
}

describe('the next candidate', () => {
  it('has the number after the highest in the range of whoever asks: rc1, which was left out, stays so', () => {
    expect(next('16.2.0', 'developers')).toBe('16.2.0-rc5');
    expect(next('16.2.0', 'product')).toBe('16.2.0-rc46');
  });

  it('begins its range where there is none yet', () => {
    expect(next('16.3.0', 'developers')).toBe('16.3.0-rc1');
    expect(next('16.3.0', 'product')).toBe('16.3.0-rc40');
  });

  it('is refused where the range is used up, and one by the clock is in no range', () => {
    const many = [...used, versionOf('16.2.0-rc49'), { major: 16, minor: 2, patch: 0, candidate: 20_210_223_090_520 }];
    expect(nextCandidate(versionOf('16.2.0'), many, 'product', ranges)).toMatchObject({ kind: 'refused', reason: expect.stringContaining('40 to 49') });
    expect(nextCandidate(versionOf('16.2.0'), many, 'developers', ranges)).toMatchObject({ version: { candidate: 5 } });
  });
});

describe('a candidate that was asked for by name', () => {
  it('is made where its number is free', () => {
    expect(asked('16.2.0-rc7', 'developers')).toBe('16.2.0-rc7');
  });

  it('is refused where its number is in use, with the next free one', () => {
    expect(asked('16.2.0-rc3', 'developers')).toMatch(/16\.2\.0-rc3 is in use: the next free one is 16\.2\.0-rc5/);
  });

  it("is refused in the other's range", () => {
    expect(asked('16.2.0-rc46', 'developers')).toMatch(/rc46 is not for developers, who use 1 to 39: the next free one is 16\.2\.0-rc5/);
    expect(asked('16.2.0-rc5', 'product')).toMatch(/the next free one is 16\.2\.0-rc46/);
  });
});
