import { afterAll, beforeAll, expect, it } from 'vitest';
import type { History } from '../../domain/inspection/history-request.ts';
import type { ReleaseRecord } from '../../domain/release/record.ts';
import { pending } from '../workflows/scripted-world.ts';
import { idOf, openStand } from './stand.ts';
import { shaOf } from '../shas.ts';

let stand: Awaited<ReturnType<typeof openStand>>;
beforeAll(async () => {
  stand = await openStand('history');
});
afterAll(() => stand?.close());

const record: ReleaseRecord = {
  release: 'release/gitaly/from-bbbbbbbbbbbb',
  component: 'gitaly',
  startedAt: '2026-01-31T09:00:00.000Z',
  endedAt: '2026-01-31T10:30:00Z',
  ending: 'rejected',
  outcome: 'rejected at production by alice: the incident',
  candidate: shaOf('c'),
  pinned: shaOf('b'),
  pullRequest: { number: 7, url: 'https://forge/pull/7' },
  stages: [{ name: 'staging', environment: 'staging', mark: 'done', since: '2026-01-31T09:30:00Z', url: 'https://forge/runs/1' }],
  decisions: [{ message: 'reject', stage: 'production', by: 'alice', reason: 'the incident', at: '2026-01-31T10:29:00Z', assurance: 'claimed' }],
  refused: [{ message: 'approve', why: '"eve" may not decide', at: '2026-01-31T10:00:00Z' }],
  undone: [],
  stays: ['#7 is merged'],
  owed: [],
};

it('tells the newest releases, a line each', async () => {
  const asked: object[] = [];
  const pastReleases = async (request: object): Promise<History> => {
    asked.push(request);
    return { kind: 'records', records: [record] };
  };
  const queue = await stand.worker({ pastReleases });
  const { exit, stdout } = await stand.slipway('history', 'gitaly', '--limit', '5', '--task-queue', queue);
  expect({ exit, stdout }).toEqual({ exit: 0, stdout: '2026-01-31 10:30  release/gitaly/from-bbbbbbbbbbbb  cccccccccccc  rejected at production by alice: the incident\n' });
  expect(JSON.parse((await stand.slipway('history', '--json', '--task-queue', queue)).stdout)).toEqual({ records: [record] });
  expect(asked).toEqual([{ component: 'gitaly', limit: 5 }, { limit: 20 }]);
});

it('tells all that is known of one', async () => {
  const queue = await stand.worker({ pastReleases: async () => ({ kind: 'records', records: [record] }) });
  const { exit, stdout } = await stand.slipway('history', 'gitaly/from-bbbbbbbbbbbb', '--task-queue', queue);
  expect({ exit, stdout }).toEqual({
    exit: 0,
    stdout: `release/gitaly/from-bbbbbbbbbbbb: rejected at production by alice: the incident
from 2026-01-31 09:00 to 2026-01-31 10:30, 1 h 30 min
candidate cccccccccccc, from bbbbbbbbbbbb
pull request #7 https://forge/pull/7
  staging  staging  ✓ done  2026-01-31 09:30  https://forge/runs/1
2026-01-31 10:00  approve was not accepted: "eve" may not decide
2026-01-31 10:29  reject of production by alice (claimed): the incident
stays: #7 is merged
`,
  });
});

it.each(['flag/gitaly/gitaly_x', 'schemas/migrator/v5.3.4444'])('tells all that is known of %s', async (release) => {
  const asked: object[] = [];
  const past = { ...record, release };
  const queue = await stand.worker({
    pastReleases: async (request) => {
      asked.push(request);
      return { kind: 'records', records: [past] };
    },
  });
  expect(await stand.slipway('history', release, '--task-queue', queue)).toMatchObject({ exit: 0, stdout: expect.stringContaining(`${release}: rejected at production`) });
  expect(asked).toEqual([{ release, limit: 20 }]);
});

it('asks a release that still runs itself', async () => {
  const queue = await stand.worker({ pipeline: pending });
  await stand.slipway('start', 'componentRelease', 'running', '--task-queue', queue, '--catalog', 'none');
  await expect.poll(() => stand.slipway('approve', 'running', '--stage', 'production', '--by', 'alice')).toMatchObject({ exit: 0 });
  const { exit, stdout } = await stand.slipway('history', idOf('running'), '--task-queue', queue);
  expect(exit).toBe(0);
  expect(stdout).toMatch(/^release\/running\/from-aaaaaaaaaaaa runs\n\d{4}-\d\d-\d\d \d\d:\d\d {2}approve of production by alice \(claimed\)\n$/);
});

it('says what is missing', async () => {
  const none = await stand.worker({ pastReleases: async () => ({ kind: 'records', records: [] }) });
  expect(await stand.slipway('history', 'gitaly', '--task-queue', none)).toMatchObject({ exit: 0, stdout: 'no release of gitaly has left a record yet\n' });
  expect(await stand.slipway('history', 'release/gitaly/from-1', '--task-queue', none)).toMatchObject({ exit: 2, stderr: expect.stringContaining('it does not run, and has left no record') });
  expect(await stand.slipway('history', 'Gitaly', '--task-queue', none)).toMatchObject({ exit: 2, stderr: expect.stringContaining('component: must be lower-case letters') });
  const notKept = await stand.worker({ pastReleases: async () => ({ kind: 'notKept' }) });
  expect(await stand.slipway('history', '--task-queue', notKept)).toMatchObject({ exit: 1, stderr: expect.stringContaining('set SLIPWAY_RECORDS') });
  expect(await stand.slipway('history', '--task-queue', 'nobody')).toMatchObject({ exit: 3, stderr: expect.stringContaining('no worker polls the task queue "nobody"') });
});
