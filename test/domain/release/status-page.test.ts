import { expect, it } from 'vitest';
import { ended, waitsForMessage } from '../../../domain/release/status.ts';
import type { ReleaseStatus } from '../../../domain/release/status.ts';
import { statusPage } from '../../../domain/release/status-page.ts';
import { shaOf } from '../../shas.ts';

const waiting: ReleaseStatus = {
  release: 'release/gitaly/from-aaaaaaaaaaaa',
  component: 'gitaly',
  state: 'approval',
  candidate: shaOf('c'),
  pinned: shaOf('a'),
  pullRequest: { number: 7, url: 'https://forge/pull/7' },
  stages: [
    { name: 'staging', environment: 'staging', mark: 'done', since: '2026-01-01T00:00:00Z', url: 'https://forge/runs/1' },
    { name: 'production', environment: 'production', mark: 'approval', since: '2026-01-01T01:00:00Z' },
  ],
  waitingFor: {
    what: 'approval of production',
    since: '2026-01-01T01:00:00Z',
    whom: ['alice', 'bob'],
    send: [{ message: 'approve', payload: { stage: 'production', by: 'alice', sha: shaOf('c') } }],
  },
  undone: [],
  stays: ['#7 is merged'],
  owed: [],
  decisions: [],
  refused: [],
};

it('shows what may be written where instead, before what to send', () => {
  const write = { on: 'https://forge/pull/7', texts: ['/approve production cccccccccccc', '/reject production why'] };
  const page = statusPage({ ...waiting, waitingFor: { ...waiting.waitingFor!, write } });
  expect(page).toContain('\n\nComment on [the pull request](https://forge/pull/7): `/approve production cccccccccccc` or `/reject production why`\n\nSend `approve` with\n');
});

it('shows what an approval lets in', () => {
  const page = statusPage({ ...waiting, waitingFor: { ...waiting.waitingFor!, brings: '3 commits since 68f3bd7a1b2c, which production runs' } });
  expect(page).toContain('since 2026-01-01T01:00:00Z\n\nIt brings 3 commits since 68f3bd7a1b2c, which production runs\n\nSend');
});

it('shows where the release is, whom it waits for, and what to send', () => {
  expect(statusPage(waiting)).toBe(
    [
      '**gitaly** `cccccccccccc` (from `aaaaaaaaaaaa`) · [pull request #7](https://forge/pull/7)',
      '',
      '**Waiting for** approval of production by alice, bob  ',
      'since 2026-01-01T01:00:00Z',
      '',
      'Send `approve` with',
      '```json',
      `{"stage":"production","by":"alice","sha":"${shaOf('c')}"}`,
      '```',
      '',
      '| stage | environment | state | since |',
      '| --- | --- | --- | --- |',
      '| staging | staging | [✓ done](https://forge/runs/1) | 2026-01-01T00:00:00Z |',
      '| production | production | ? waits for approval | 2026-01-01T01:00:00Z |',
      '',
      '**Stays:** #7 is merged',
    ].join('\n'),
  );
});

it('shows how far its step has come, and by when', () => {
  const { waitingFor: _, ...gathering } = { ...waiting, state: 'gathering', stages: [], next: 'upload dist/schemas-v5.3.4444.tar.gz' } as const;
  const progress = { what: 'fetched', files: 140, of: 280, bytes: 3_100_000, ofBytes: 6_200_000, at: '2026-01-01T01:00:08Z' } as const;
  expect(statusPage({ ...gathering, progress })).toContain('\n\nSo far: fetched 140 of 280 files, 3.1 MB of 6.2 MB (at 2026-01-01T01:00:08Z)\n\nNext: upload dist/');
});

it('stays below 4 KB, whatever people send', () => {
  const refused = Array.from({ length: 50 }, () => ({ message: 'approve', why: 'x'.repeat(2_000), at: '2026-01-01T00:00:00Z' }));
  const owed = Array.from({ length: 100 }, (_, n) => `a very long obligation, number ${n}`);
  expect(statusPage({ ...waiting, refused, owed }).length).toBeLessThanOrEqual(4_000);
});

it.each([
  [{ message: 'approve', stage: 'production' }, true],
  [{ message: 'approve', stage: 'canary' }, false],
  [{ message: 'approve' }, true],
  [{ message: 'decide', stage: 'production' }, false],
])('tells whether it waits for %j', (sent, waits) => {
  expect(waitsForMessage({ waitingFor: { ...waiting.waitingFor!, send: [{ message: 'approve', payload: { stage: 'production', by: 'alice' } }] } }, sent)).toBe(waits);
});

it('waits for no message while a machine is at work', () => {
  expect(waitsForMessage({ waitingFor: { what: 'the pipeline of #7', since: '2026-01-01T00:00:00Z' } }, { message: 'approve' })).toBe(false);
});

it('shows how far a soak has come, for how long it stood still, and why it does', () => {
  const soak = { ofMs: 3_600_000, observedMs: 720_000, stoodMs: 300_000, at: '2026-01-01T01:12:00Z' };
  const page = (more: object) => statusPage({ ...waiting, stages: [{ ...waiting.stages[0]!, mark: 'soaking', soak: { ...soak, ...more } }] });
  expect(page({})).toContain('[~ soaking](https://forge/runs/1): 12 min of 1 h observed by 2026-01-01T01:12:00Z; stood still for 5 min |');
  expect(page({ standing: 'frozen (the fair)' })).toContain('; stands still since then: frozen (the fair) |');
  expect(page({ observedMs: 3_600_000, stoodMs: 0 })).toContain(': 1 h observed |');
});

it("shows a rollout's flag, its commit and its issue", () => {
  const rollout = { flag: 'gitaly_x', commit: shaOf('c'), issue: 'https://forge/issues/3' };
  expect(statusPage({ ...waiting, rollout })).toContain('Flag `gitaly_x`, of commit `cccccccccccc` · [rollout issue](https://forge/issues/3)');
});

it('shows nothing of one that has ended as if it went on, waited, or stood still', () => {
  const soak = { ofMs: 3_600_000, observedMs: 60_000, stoodMs: 0, at: '2026-01-01T02:00:00Z', standing: 'the release is paused' };
  const stages = (['promoting', 'soaking', 'rollingBack', 'underWay', 'approval', 'queued', 'done', 'failed'] as const).map((mark) => ({ name: mark, environment: 'production', mark, ...(mark === 'soaking' && { soak }) }));
  const over = ended({ ...waiting, paused: { by: 'olga', since: '2026-01-01T01:00:00Z' }, objections: ['gitaly is halted by kim: why'], stages });
  expect(over.stages.map(({ mark }) => mark)).toEqual(['stopped', 'stopped', 'stopped', 'stopped', 'ahead', 'ahead', 'done', 'failed']);
  const page = statusPage({ ...over, outcome: 'aborted by kim' });
  expect(page).not.toMatch(/Paused|Objected|stands still|→|\? waits|… queued|~ soaking|← rolling/);
  expect(page).toContain('1 min of 1 h observed');
});
