import { expect, it } from 'vitest';
import { lastReleased, mostSeen, overdue, seenOf, withNews } from '../../../domain/promotion/stage-watch.ts';
import type { SeenOnStage } from '../../../domain/promotion/stage-watch.ts';
import { shaOf } from '../../shas.ts';

const at = '2024-09-02T12:00:00Z';
const commit = (digit: string, time: string) => ({ sha: shaOf(digit), committedAt: `2024-09-02T${time}:00Z` });
const line = [commit('4', '12:00'), commit('3', '11:59'), commit('2', '11:00'), commit('1', '10:00')];

it('looks for what came after what stage runs, long enough ago, the newest first', () => {
  const before = Date.parse('2024-09-02T11:59:00Z');
  expect(overdue(line, { runs: shaOf('1'), before })).toEqual([line[1], line[2]]);
  expect(overdue(line, { runs: shaOf('4'), before })).toEqual([]);
  expect(overdue(line, { runs: shaOf('3'), before })).toEqual([]);
  // What stage runs is not on the branch, or not known: everything is missed.
  expect(overdue(line, { runs: shaOf('f'), before })).toEqual(line.slice(1));
  expect(overdue(line, { runs: undefined, before: 0 })).toEqual([]);
});

it('remembers what stage has run, with the image and the checks of that time, and the newest only', () => {
  let seen: readonly SeenOnStage[] = withNews([], { kind: 'moved', sha: shaOf('1'), title: 'one', digest: 'sha256:1' }, at);
  seen = withNews(seen, { kind: 'checked', sha: shaOf('1'), checks: 'green', told: '' }, at);
  seen = withNews(seen, { kind: 'built', sha: shaOf('1'), digest: 'sha256:2' }, at);
  expect(seen).toEqual([{ sha: shaOf('1'), at, digest: 'sha256:2', checks: 'green' }]);
  seen = withNews(seen, { kind: 'moved', sha: shaOf('2'), title: 'two' }, at);
  // News of what it does not run any more.
  expect(withNews(seen, { kind: 'checked', sha: shaOf('1'), checks: 'red', told: 'lint' }, at)).toEqual(seen);
  expect(withNews(seen, { kind: 'quiet', days: 8, latest: '2024.08.01' }, at)).toEqual(seen);
  const back = withNews(seen, { kind: 'moved', sha: shaOf('1'), title: 'one', digest: 'sha256:3' }, at);
  expect(seenOf(back, shaOf('1'))).toMatchObject({ digest: 'sha256:3' });
  expect(seenOf(back, shaOf('9'))).toBeUndefined();
  for (let count = 0; count < mostSeen + 5; count++) seen = withNews(seen, { kind: 'moved', sha: shaOf('a'), title: '' }, at);
  expect(seen).toHaveLength(mostSeen);
});

it('takes the last release for as young as anybody knows it: a name is older where it waited for QA, or is a hotfix of weeks ago', () => {
  expect(lastReleased('2024.01.17', '2024-01-31T10:00:00Z')).toBe(Date.parse('2024-01-31T10:00:00Z'));
  expect(lastReleased('2024.09.02', '')).toBe(Date.parse('2024-09-02'));
  expect(lastReleased(undefined, '2024-01-31T10:00:00Z')).toBe(Date.parse('2024-01-31T10:00:00Z'));
  expect(lastReleased(undefined, undefined)).toBeUndefined();
});
