import { expect, it } from 'vitest';
import { isMore, toldOutstanding } from '../../../domain/environments/outstanding.ts';
import type { Halted } from '../../../domain/environments/outstanding.ts';
import { shaOf } from '../../shas.ts';

const stopped = (how: string): Halted => ({ candidate: shaOf('b'), release: 'release/gitaly/from-aaaaaaaaaaaa', how });

it.each([
  [{ runs: shaOf('a'), total: 1, halted: [] }, '1 commit since aaaaaaaaaaaa, which production runs'],
  [{ total: 1, halted: [] }, 'everything: nothing is known to run on production'],
  [{ runs: shaOf('a'), total: 3, halted: [stopped('rolled back by itself at canary: sick')] }, '3 commits since aaaaaaaaaaaa, which production runs; of them bbbbbbbbbbbb was rolled back by itself at canary: sick'],
])('is told in a line', (what, told) => {
  expect(toldOutstanding({ environment: 'production', ...what })).toBe(told);
});

it('stays short however often somebody has stopped it, and for whatever reason', () => {
  const told = toldOutstanding({ environment: 'production', runs: shaOf('a'), total: 99, halted: Array.from({ length: 30 }, () => stopped('x'.repeat(1_000))) });
  expect(told).toMatch(/; and 25 more were stopped$/);
  expect(told.length).toBeLessThan(1_500);
});

it.each([
  ['no more than its own', { runs: shaOf('a'), halted: [] }, false],
  ['more, where less has come there than the release knows of', { runs: shaOf('9'), halted: [] }, true],
  ['more, where somebody has stopped a part of it', { runs: shaOf('a'), halted: [stopped('rejected')] }, true],
  ['no more, as far as anybody knows, where nothing is known to run', { halted: [] }, false],
])('is %s', (_, what, more) => {
  expect(isMore({ environment: 'production', total: 1, ...what }, shaOf('a'))).toBe(more);
});
