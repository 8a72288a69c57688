import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { daysFrom } from '../../../domain/promotion/day.ts';
import { checkReleaseName, compareReleaseNames, isSameName, nextReleaseName, parseReleaseName, releaseNamesIn } from '../../../domain/promotion/release-name.ts';
import { readTable } from './tables.ts';

const tags = readTable(new URL('tags.tsv', import.meta.url)).map(({ tag = '', made = '' }) => ({ tag, made: made.replaceAll('-', '.') }));
const names = releaseNamesIn(tags.map(({ tag }) => tag));

function read(text: string) {
  return releaseNamesIn([text])[0]!;
}

describe('a production release is called', () => {
  test('after the day, and from the second one of the day on with the next number, as .01 counted as 1', () => {
    expect(nextReleaseName('2025.06.16', [])).toBe('2025.06.16');
    expect(nextReleaseName('2025.06.16', ['2025.06.13', '2025.06.16'])).toBe('2025.06.16.1');
    expect(nextReleaseName('2025.06.16', ['2025.06.16', '2025.06.16.01'])).toBe('2025.06.16.2');
  });

  test('.10 after .9, and that is later than .2', () => {
    const taken = ['2023.08.09', ...Array.from({ length: 9 }, (_, index) => `2023.08.09.${index + 1}`)];
    expect(nextReleaseName('2023.08.09', taken)).toBe('2023.08.09.10');
    expect(compareReleaseNames(read('2023.08.09.10'), read('2023.08.09.2'))).toBeGreaterThan(0);
  });

  test('after the release that a hotfix patches, weeks later', () => {
    const next = nextReleaseName('2024.01.17', ['2024.01.17', '2024.01.17.1', '2024.01.30']);
    expect(next).toBe('2024.01.17.2');
    expect(checkReleaseName(next, { today: '2024.01.31', nearDays: 7, taken: ['2024.01.17', '2024.01.17.1'] }).kind).toBe('valid');
  });

  test('never as another one is', () => {
    const taken = fc.array(fc.tuple(fc.nat(30), fc.nat(200)).map(([day, number]) => `2024.05.${String((day % 28) + 1).padStart(2, '0')}${number ? `.${number}` : ''}`));
    fc.assert(fc.property(taken, (texts) => !texts.some((text) => isSameName(read(text), read(nextReleaseName('2024.05.07', texts))))));
  });
});

describe('a name is refused', () => {
  test.each([
    ['20241017', '"20241017" is not a release\'s name: it must be a date such as "2024.09.01", or one with a number such as "2024.09.01.1"'],
    ['15.0.2', 'it must be a date'],
    ['${CURRENT_DATE}', 'it must be a date'],
    ['2024.02.30', 'there is no day 2024.02.30'],
    ['2024.9.1', 'it must be a date'],
    ['2024.09.01-1', 'it must be a date'],
    ['2024.09.01\n', 'it must be a date'],
    [' 2024.09.01', 'it must be a date'],
    ['2024.09.01.12345678901234567890', 'its number is too long'],
  ])('%j', (text, reason) => {
    expect(parseReleaseName(text)).toMatchObject({ kind: 'invalid', message: expect.stringContaining(reason) });
  });

  test.each([
    ['2024.04.15', '2026.04.15', '"2024.04.15" is 730 days before today (2026.04.15): a release\'s name must be within 7 days of it'],
    ['2013.06.14', '2023.06.14', '3652 days before'],
    ['2024.05.20', '2024.05.06', '14 days after'],
    ['2024.01.17.2', '2024.01.31', '14 days before'],
  ])('%s on %s', (text, today, reason) => {
    expect(checkReleaseName(text, { today, nearDays: 7 })).toMatchObject({ kind: 'invalid', message: expect.stringContaining(reason) });
  });
});

describe('the names of a real product', () => {
  test('are those that its production deploys, and of days that exist', () => {
    expect(tags.filter(({ tag }) => parseReleaseName(tag).kind === 'invalid').map(({ tag }) => tag)).toEqual(['15.0.2', '20241017', '${CURRENT_DATE}']);
    expect(names).toHaveLength(586);
  });

  test('were mistyped by years four times, and nobody continued those', () => {
    const far = tags.filter(({ tag, made }) => checkReleaseName(tag, { today: made, nearDays: 30, taken: tags.map((other) => other.tag) }).kind === 'invalid');
    expect(far.map(({ tag }) => tag)).toEqual(['15.0.2', '2013.06.14', '2023.01.13', '2023.02.09', '20241017', '${CURRENT_DATE}', '2024.04.15']);
  });

  test('have an order in which each comes after all before it', () => {
    const sorted = names.toSorted(compareReleaseNames);
    for (const [index, name] of sorted.slice(1).entries()) {
      expect(compareReleaseNames(sorted[index]!, name)).toBeLessThanOrEqual(0);
      expect(daysFrom(sorted[index]!.day, name.day)).toBeGreaterThanOrEqual(0);
    }
  });

  test('had, on each of their days, a next one that was free and the last of the day', () => {
    const days = [...new Set(names.map(({ day }) => day))];
    for (const day of days) {
      const next = read(nextReleaseName(day, tags.map(({ tag }) => tag)));
      expect(names.filter((name) => name.day === day).every((name) => compareReleaseNames(name, next) < 0)).toBe(true);
    }
    expect(days).toHaveLength(486);
  });
});
