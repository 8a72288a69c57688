import { expect, it } from 'vitest';
import { boardText } from '../../../client/inspection/board-text.ts';
import { statusText } from '../../../client/release/status-text.ts';
import { lasting, outageNews, toldOutage, withOutage } from '../../../domain/release/outage.ts';
import type { ReleaseStatus } from '../../../domain/release/status.ts';
import { statusPage } from '../../../domain/release/status-page.ts';

const since = '2026-01-05T10:00:00Z';
const at = '2026-01-05T10:12:00Z';
const news = { activity: '3', type: 'pipeline', since, again: '2026-01-05T10:30:00Z', why: 'GitHub answered 503 to GET /user' };
const outages = withOutage([], news, at);

it('is known by its activity, from its first news to its last', () => {
  const both = withOutage(withOutage(outages, { ...news, why: '502' }, at), { ...news, activity: '4' }, at);
  expect(both.map(({ activity, why }) => `${activity} ${why}`)).toEqual(['3 502', `4 ${news.why}`]);
  expect(withOutage(both, { activity: '3', type: 'pipeline', since }, at).map(({ activity }) => activity)).toEqual(['4']);
});

it('is forgotten where it should have been heard of again', () => {
  expect([lasting(outages, '2026-01-05T10:30:00Z').length, lasting(outages, '2026-01-05T10:30:01Z').length]).toEqual([1, 0]);
});

it('is shown in the UI, by the command and on the board', () => {
  const status: ReleaseStatus = { release: 'release/gitaly/x', component: 'gitaly', state: 'pipeline', stages: [], undone: [], stays: [], owed: [], decisions: [], refused: [], outages };
  const told = 'no answer for 12 min, by 2026-01-05T10:12:00Z: GitHub answered 503 to GET /user. It is tried again';
  expect(toldOutage(outages[0]!)).toBe(told);
  expect(statusPage(status)).toContain('**Outage:** no answer for 12 min');
  expect(statusText(status, { now: Date.parse(at), link: undefined })).toContain(told);
  expect(boardText({ environments: [], components: [], moving: [{ id: 'release/gitaly/x', status }] }, Date.parse(at))).toContain(told);
});

it('is taken from nobody who says no time', () => {
  expect(outageNews.safeParse({ ...news, since: 'yesterday' }).success).toBe(false);
  expect(outageNews.safeParse(news).success).toBe(true);
});
