import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { allTicked, choosePreRelease, preReleaseBody, ticksIn } from '../../../domain/promotion/pre-release.ts';
import type { Item } from '../../../domain/promotion/pre-release.ts';

const items: readonly Item[] = [
  { name: '#12', title: 'Fix the @logo', url: 'https://forge/pull/12', author: 'ann' },
  { name: 'abc1234', title: 'Bump node', url: 'https://forge/commit/abc1234' },
];

describe('a day gets', () => {
  const day = { today: '2024.09.02', taken: ['2024.08.29', '2024.09.01'], atHead: [] };

  test('a pre-release of its name', () => {
    expect(choosePreRelease(day)).toEqual({ kind: 'next', name: '2024.09.02' });
  });

  test('none when nothing was merged since the last release, whatever day that was of', () => {
    const days = ['2024.09.02', '2024.09.03', '2024.09.04', '2024.09.05', '2024.09.06'];
    expect(days.map((today) => choosePreRelease({ ...day, today, atHead: ['2024.09.01'] }))).toEqual(days.map(() => ({ kind: 'released', as: '2024.09.01' })));
  });

  test('none when it has one on the same commit, the last of them by number', () => {
    expect(choosePreRelease({ ...day, atHead: ['2024.09.02.9', '2024.09.02.10', '2024.09.02'] })).toEqual({ kind: 'released', as: '2024.09.02.10' });
  });

  test('the next number when somebody has made one by hand', () => {
    expect(choosePreRelease({ ...day, taken: [...day.taken, '2024.09.02', '2024.09.02.01'] })).toEqual({ kind: 'next', name: '2024.09.02.2' });
  });

  test('one of its own although tags of other names are on the same commit', () => {
    expect(choosePreRelease({ ...day, atHead: ['v15.10.1', '${CURRENT_DATE}'] })).toEqual({ kind: 'next', name: '2024.09.02' });
  });
});

describe('the page of a pre-release', () => {
  test('has a task for each pull request, and wakes nobody', () => {
    expect(preReleaseBody({ since: '2024.09.01', items, older: 0 })).toBe(
      ['Merged since 2024.09.01. Tick what QA has approved.', '', '- [ ] [#12](https://forge/pull/12) Fix the @\u200blogo (ann)', '- [ ] [abc1234](https://forge/commit/abc1234) Bump node'].join('\n'),
    );
  });

  test('is answered by its ticks', () => {
    const body = preReleaseBody({ items, older: 0 });
    expect(allTicked(items, body)).toBe(false);
    expect(allTicked(items, body.replace('- [ ] [#12]', '- [x] [#12]'))).toBe(false);
    expect(allTicked(items, body.replaceAll('- [ ]', '- [X]'))).toBe(true);
  });

  test('counts nothing as ticked that somebody took away', () => {
    expect(allTicked(items, preReleaseBody({ items: items.slice(0, 1), older: 0 }).replaceAll('- [ ]', '- [x]'))).toBe(false);
  });

  test('keeps below the limit of a page, with what does not fit told', () => {
    const many = Array.from({ length: 900 }, (_, index) => ({ ...items[0]!, name: `#${index + 1}`, title: 'x'.repeat(300) }));
    const body = preReleaseBody({ items: many, older: 0 });
    expect(body.length).toBeLessThan(65_536);
    expect(body).toMatch(/and \d+ more, which do not fit on this page\.$/);
  });

  test('can be read whatever the titles hold', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }).filter((title) => !/[\n\r\u2028\u2029]/.test(title)), { maxLength: 20 }), (titles) => {
        const given = titles.map((title, index) => ({ name: `#${index + 1}`, title, url: 'https://forge/x' }));
        return [...ticksIn(preReleaseBody({ items: given, older: 0 }))].every(([name, ticked]) => !ticked && given.some((item) => item.name === name)) && ticksIn(preReleaseBody({ items: given, older: 0 })).size === given.length;
      }),
    );
  });
});
