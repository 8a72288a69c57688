import { describe, expect, it } from 'vitest';
import { isHighest, placeOf, previousVersion } from '../../../domain/versions/line.ts';
import { versionOf, versionText } from '../../../domain/versions/version.ts';

const tagged = ['12.9.0-rc42', '12.9.0', '12.9.1', '12.10.0', '13.0.0', '13.0.1', '13.1.0-rc1'].map(versionOf);

function place(text: string): string {
  const found = placeOf(versionOf(text), tagged);
  if (found.kind === 'gap') return `without ${found.missing.map(versionText).join(', ')}`;
  return found.kind === 'refused' ? found.reason : found.kind;
}

describe('the place of a version', () => {
  it.each(['12.9.2', '12.10.1', '13.0.2', '13.1.0', '14.0.0', '13.1.0-rc2'])('%s comes next', (text) => {
    expect(place(text)).toBe('next');
  });

  it.each([
    ['12.9.4', '12.9.2, 12.9.3'],
    ['13.3.0', '13.1.0, 13.2.0'],
    ['15.0.0', '14.0.0'],
    ['14.1.0', '14.0.0'],
    ['12.8.1', '12.8.0'],
  ])('%s leaves out %s', (text, missing) => {
    expect(place(text)).toBe(`without ${missing}`);
  });

  it.each([
    ['12.11.0', '13.0.0, which the main line has already'],
    ['12.8.0', '13.0.0, which the main line has already'],
    ['13.0.0-rc4', '13.0.0, which the main line has already'],
    ['12.11.0-rc1', '13.0.0, which the main line has already'],
  ])('%s is lower than %s', (text, than) => {
    expect(place(text)).toBe(`version: ${text} is lower than ${than}`);
  });

  it('refuses a patch that is lower than the newest of its line', () => {
    expect(placeOf(versionOf('12.9.2'), [...tagged, versionOf('12.9.4')])).toMatchObject({ kind: 'refused', reason: expect.stringContaining('lower than 12.9.4, which its line has') });
  });

  it('takes a gap of many for a slip of the finger', () => {
    expect(place('13.0.100')).toMatch(/leaves out 98 versions after 13\.0\.1: mistyped/);
  });

  it('has nothing before the first', () => {
    expect(placeOf(versionOf('0.1.0'), [])).toEqual({ kind: 'next' });
  });
});

it('tells what is new since the highest lower version, candidates not counted', () => {
  const previous = (text: string) => previousVersion(versionOf(text), tagged);
  expect([previous('12.9.0'), previous('12.9.2'), previous('12.10.0'), previous('13.1.0')].map((one) => one && versionText(one))).toEqual([undefined, '12.9.1', '12.9.1', '13.0.1']);
});

it('calls only the highest final version the latest', () => {
  expect(['13.1.0', '13.0.2', '12.10.1', '13.1.0-rc2'].map((text) => isHighest(versionOf(text), tagged))).toEqual([true, true, false, false]);
});
