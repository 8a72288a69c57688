import { describe, expect, test } from 'vitest';
import { dayIn, daysFrom, isDay, isWorkday, weekdayOf } from '../../../domain/promotion/day.ts';

describe('the day of a release is that of its zone', () => {
  test.each([
    ['America/Los_Angeles', '2024-09-02T06:59:59Z', '2024.09.01'],
    ['America/Los_Angeles', '2024-09-02T07:00:00Z', '2024.09.02'],
    ['Asia/Tokyo', '2024-09-01T15:00:00Z', '2024.09.02'],
    ['UTC', '2024-12-31T23:59:59Z', '2024.12.31'],
    ['Pacific/Kiritimati', '2024-12-31T10:00:00Z', '2025.01.01'],
  ])('%s at %s: %s', (zone, at, day) => {
    expect(dayIn(zone, Date.parse(at))).toBe(day);
  });

  test.each([
    ['2024-03-10T07:59:59Z', '2024.03.09'],
    ['2024-03-10T08:00:00Z', '2024.03.10'],
    ['2024-03-11T06:59:59Z', '2024.03.10'],
    ['2024-03-11T07:00:00Z', '2024.03.11'],
    ['2024-11-03T07:00:00Z', '2024.11.03'],
    ['2024-11-04T07:59:59Z', '2024.11.03'],
    ['2024-11-04T08:00:00Z', '2024.11.04'],
  ])('in the night in which clocks change, at %s: %s', (at, day) => {
    expect(dayIn('America/Los_Angeles', Date.parse(at))).toBe(day);
  });
});

test('days are counted across a change of the clocks, a leap day and a year', () => {
  expect(daysFrom('2024.03.09', '2024.03.11')).toBe(2);
  expect(daysFrom('2024.11.04', '2024.11.02')).toBe(-2);
  expect(daysFrom('2024.02.28', '2024.03.01')).toBe(2);
  expect(daysFrom('2023.12.31', '2024.01.01')).toBe(1);
});

test('a week has five days on which people work', () => {
  const week = ['2024.09.02', '2024.09.03', '2024.09.04', '2024.09.05', '2024.09.06', '2024.09.07', '2024.09.08'];
  expect(week.map(isWorkday)).toEqual([true, true, true, true, true, false, false]);
  expect(weekdayOf('2024.09.08')).toBe('Sunday');
});

test.each(['2024.02.30', '2023.02.29', '2024.13.01', '2024.00.10', '24.09.01', '2024-09-01', ''])('%j is no day', (text) => {
  expect(isDay(text)).toBe(false);
});
