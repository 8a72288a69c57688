import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectGcs } from '../../../ports/artifacts/gcs.ts';
import { createHistory } from '../../../activities/inspection/history.ts';
import { createRecords } from '../../../activities/release/records.ts';
import { folderRecords } from '../../../ports/records/folder.ts';
import type { Records } from '../../../ports/records/records.ts';
import { storeRecords } from '../../../ports/records/store.ts';
import type { ReleaseRecord } from '../../../domain/release/record.ts';
import { recordName } from '../../../domain/release/record.ts';
import { startSandbox } from '../../servers.ts';
import type { SandboxServer } from '../../servers.ts';
import { openWorld } from '../../worlds.ts';
import { oneAttempt } from '../stand.ts';

let sandbox: SandboxServer;
let folder: string;
beforeAll(async () => {
  sandbox = await startSandbox({ validated: false, gcs: true });
  folder = await mkdtemp(join(tmpdir(), 'slipway-records-'));
});
afterAll(async () => {
  await sandbox.stop();
  await rm(folder, { recursive: true });
});

const places: Record<string, () => Promise<Records>> = {
  'a folder': async () => folderRecords(join(folder, 'not/there/yet')),
  async GCS() {
    const world = await openWorld(sandbox.url);
    await world.control('objects', { bucket: 'releases', files: {} });
    return storeRecords(connectGcs({ endpoint: `${world.url}/gcs`, token: 'gcs-token' }), { bucket: 'releases', folder: 'records' });
  },
};

function record(component: string, day: number, pin = 'aaaaaaaaaaaa', outcome = 'released through staging'): ReleaseRecord {
  const startedAt = `2026-01-${String(day).padStart(2, '0')}T09:00:00.123Z`;
  return {
    release: `release/${component}/from-${pin}`, component, startedAt, endedAt: startedAt, ending: 'released', outcome,
    stages: [], decisions: [], refused: [], undone: [], stays: [], owed: [],
  };
}

describe.each(Object.entries(places))('records in %s', (_place, open) => {
  let records: Records;
  beforeAll(async () => {
    records = await open();
  });

  const activities = () => ({ ...createRecords({ records }), ...createHistory({ records }) });
  const run = <T>(verb: (past: ReturnType<typeof activities>) => Promise<T>) => oneAttempt().run(() => verb(activities())) as Promise<T>;
  const keep = (one: ReleaseRecord) => run(({ keepRecord }) => keepRecord(one));
  const past = async (asked: { component?: string; release?: string; limit?: number }) => {
    const history = await run(({ pastReleases }) => pastReleases({ limit: 20, ...asked }));
    return history.kind === 'records' ? history.records : expect.unreachable('records are kept');
  };

  it('there are none before the first', async () => {
    expect(await past({})).toEqual([]);
    expect(await records.read('gitaly/20260101T090000Z-from-aaaaaaaaaaaa')).toBeUndefined();
  });

  it('are told newest first, those of a component or of a release alone', async () => {
    const [older, newer, again, other] = [record('gitaly', 1), record('gitaly', 3, 'bbbbbbbbbbbb'), record('gitaly', 4), record('git', 2)];
    for (const one of [newer, other, again, older]) await keep(one);
    expect(await past({})).toEqual([again, newer, other, older]);
    expect(await past({ component: 'gitaly' })).toEqual([again, newer, older]);
    expect(await past({ component: 'gitaly', limit: 1 })).toEqual([again]);
    expect(await past({ release: 'release/gitaly/from-aaaaaaaaaaaa' })).toEqual([again, older]);
    expect(await past({ component: 'monitor' })).toEqual([]);
  });

  it('of a rollout and of a schema release are told beside those of releases', async () => {
    const rollout = { ...record('sidekiq', 6), release: 'flag/sidekiq/sidekiq_x', ending: 'rolledOut' as const };
    const schemas = { ...record('sidekiq', 7), release: 'schemas/sidekiq/v5.3.4444', ending: 'schemasReleased' as const };
    const release = record('sidekiq', 8);
    for (const one of [rollout, schemas, release]) await keep(one);
    expect(await past({ component: 'sidekiq' })).toEqual([release, schemas, rollout]);
    for (const one of [rollout, schemas, release]) expect(await past({ release: one.release })).toEqual([one]);
  });

  it('are kept once, and replaced when a release that was reset ends otherwise', async () => {
    const one = record('once', 5);
    await keep(one);
    await keep(one);
    const otherwise = { ...one, outcome: 'aborted by alice: incident' };
    await keep(otherwise);
    expect(await past({ component: 'once' })).toEqual([otherwise]);
    expect(await records.read(recordName(one))).toEqual(otherwise);
  });
});

it('leaves nothing in the folder but whole records', async () => {
  const files = await readdir(join(folder, 'not/there/yet'), { recursive: true });
  expect(files.filter((file) => file.includes('/'))).not.toEqual([]);
  for (const file of files) expect(file).toMatch(/^[a-z]+(\/\d{8}T\d{6}Z-[\w.-]+\.json)?$/);
});

it('keeps none, and says so, where no place is configured', async () => {
  const { keepRecord, pastReleases } = { ...createRecords({}), ...createHistory({}) };
  await oneAttempt().run(() => keepRecord(record('gitaly', 1)));
  expect(await pastReleases({ limit: 20 })).toEqual({ kind: 'notKept' });
});
