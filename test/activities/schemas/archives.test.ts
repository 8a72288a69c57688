import { ApplicationFailure } from '@temporalio/common';
import { beforeEach, describe, expect, it } from 'vitest';
import { connectGcs } from '../../../ports/artifacts/gcs.ts';
import type { ArtifactStore } from '../../../ports/artifacts/store.ts';
import { fileCatalog } from '../../../ports/catalog/file.ts';
import type { MadeArchive } from '../../../activities/schemas/archives.ts';
import { createSchemas } from '../../../activities/schemas/index.ts';
import type { SchemaPlan } from '../../../domain/schemas/plan.ts';
import { openWorld, writeCatalog } from '../../worlds.ts';
import type { World } from '../../worlds.ts';
import { forgeIn, oneAttempt, useSandbox } from '../../ports/stand.ts';

const bucket = 'schemas-migrations';
const tarball = 'dist/schemas-v5.3.4444.tar.gz';
const ours = 'schemas/migrator/v5.3.4444 of today';
const media = 'GET /b/{bucket}/o/{object}?alt=media';

const sandbox = useSandbox({ validated: false, gcs: true });
let world: World;
let store: ArtifactStore;
let schemas: ReturnType<typeof createSchemas>;
let plan: SchemaPlan;

beforeEach(async () => {
  world = await openWorld(sandbox.url(), { scenario: 'sourcegraph' });
  const catalog = await writeCatalog(world);
  store = connectGcs({ endpoint: `${world.url}/gcs`, token: 'gcs-token', timeoutMs: 1_000 });
  const forge = forgeIn(world);
  schemas = createSchemas({ catalog: fileCatalog(catalog.file), forge, artifacts: store, tellProgress: async () => undefined, readLagMs: 0 });
  plan = await schemas.planSchemas({ component: 'migrator', version: 'v5.3.4444', action: 'inject-current-schemas' });
  return async () => {
    await catalog.remove();
    await world.close();
  };
});

const fault = (match: object, action: object, times = 1) => world.control('faults', { match, action, times });
const put = (text: string, name = tarball) => world.control('objects', { bucket, files: { [name]: text } });
const writes = async () => (await world.journal()).map(({ key }) => key.replace(`${bucket}/`, ''));
const text = async (name: string) => (await store.read((await store.find(bucket, name))!)).toString();

/** Runs an activity as Temporal would: again and again, until it answers or says that trying again can't help. */
async function answered<Answer>(activity: () => Promise<Answer>): Promise<{ readonly answer: Answer; readonly attempts: number }> {
  for (let attempts = 1; ; attempts += 1) {
    try {
      const answer = (await oneAttempt({ attempt: attempts, scheduledTimestampMs: Date.now() }).run(activity)) as Answer;
      return { answer, attempts };
    } catch (failure) {
      if (attempts === 5 || !(failure instanceof ApplicationFailure) || failure.nonRetryable) throw failure;
    }
  }
}

const make = (work: { readonly key?: string; readonly replaces?: string } = {}) => answered(() => schemas.makeArchive({ plan, key: ours, ...work }));
const withdraw = (work: { readonly key?: string; readonly replaces?: string } = {}) => answered(() => schemas.withdrawArchive({ plan, key: ours, ...work }));
const upload = () => answered(() => schemas.uploadSchemas({ plan, key: ours }));

describe('making the tarball', () => {
  it('survives every passing fault of the fetch, and makes what it makes without any', async () => {
    const { answer: before } = await make();
    await withdraw();
    const faults = [
      { kind: 'fail', status: 503 },
      { kind: 'applyThen', reply: 'reset' },
      { kind: 'applyThen', reply: 'timeout' },
      { kind: 'fail', status: 200, body: '{' },
      { kind: 'fail', status: 200, body: 'x'.repeat(5_000) },
    ];
    for (const [index, action] of faults.entries()) await fault({ route: media, nth: 1 + 2 * index }, action);
    const { answer } = await make();
    expect(answer).toMatchObject({ kind: 'made', sha256: (before as MadeArchive).sha256, entries: 15 });
    expect((await world.control<{ fired: number }[]>('faults')).map(({ fired }) => fired)).toEqual([1, 1, 1, 1, 1]);
  });

  it('knows its own success when the reply is lost, and uploads once', async () => {
    await fault({ key: `upload ${bucket}/${tarball}` }, { kind: 'applyThen', reply: 'reset' });
    const { answer, attempts } = await make();
    expect({ kind: answer.kind, attempts }).toEqual({ kind: 'made', attempts: 1 });
    expect(await writes()).toEqual([`upload ${tarball}`]);
  });

  it('does not take for its own what somebody else has uploaded in that moment', async () => {
    await fault({ key: `upload ${bucket}/${tarball}` }, { kind: 'hold', when: 'before' });
    const making = make();
    const [held] = await world.control<{ id: string }[]>('holds?waitMs=5000');
    await put('built by somebody else');
    await world.control(`holds/${held!.id}`, { resolve: 'apply' });
    expect((await making).answer).toMatchObject({ kind: 'occupied', size: 22 });
    expect(await text(tarball)).toBe('built by somebody else');
  });

  it('goes on with the very same tarball where one is there, and never takes it away', async () => {
    const { answer: first } = await make({ key: 'schemas/migrator/v5.3.4444 of yesterday' });
    const { answer: second } = await make();
    expect(second).toEqual(first);
    expect(await writes()).toEqual([`upload ${tarball}`]);
    await withdraw();
    expect(await store.find(bucket, tarball)).toMatchObject({ generation: (first as MadeArchive).generation });
  });

  it('makes its own again where the bucket has changed, without asking anybody', async () => {
    await make();
    const added = Object.fromEntries(['', '.codeintel', '.codeinsights'].map((part) => [`schemas/v5.2.1234-internal_database.schema${part}.json`, '{}']));
    await world.control('objects', { bucket, files: added });
    expect((await make()).answer).toMatchObject({ kind: 'made', entries: 18 });
    expect(await writes()).toEqual([`upload ${tarball}`, `upload ${tarball}`]);
  });
});

describe('taking the tarball back', () => {
  it('tries a removal again that fails', async () => {
    await make();
    await fault({ key: `remove ${bucket}/${tarball}` }, { kind: 'fail', status: 503 }, 2);
    expect(await withdraw()).toMatchObject({ attempts: 3 });
    expect(await store.find(bucket, tarball)).toBeUndefined();
  });

  it('says so when it is forbidden', async () => {
    await make();
    await fault({ key: `remove ${bucket}/${tarball}` }, { kind: 'fail', status: 403 }, 9);
    await expect(withdraw()).rejects.toMatchObject({ type: 'PermissionDenied', nonRetryable: true });
  });

  it('leaves a rebuild alone that somebody puts there while it removes', async () => {
    await make();
    await fault({ key: `remove ${bucket}/${tarball}` }, { kind: 'hold', when: 'before' });
    const withdrawing = withdraw();
    const [held] = await world.control<{ id: string }[]>('holds?waitMs=5000');
    await put('a rebuild by somebody');
    await world.control(`holds/${held!.id}`, { resolve: 'apply' });
    await withdrawing;
    expect(await text(tarball)).toBe('a rebuild by somebody');
  });

  const shown = `${bucket}/${tarball}.overwritten-<generation>`;
  const effects = { keep: `copy ${bucket}/${tarball} → ${shown}`, 'copy back': `copy ${shown} → ${bucket}/${tarball}`, forget: `remove ${shown}` };

  it.each(['keep', 'copy back', 'forget'] as const)('puts back what was overwritten, also when the reply to "%s" is lost', async (which) => {
    await put('what somebody built before');
    const { objects } = await world.snapshot();
    const { generation } = (await store.find(bucket, tarball))!;
    const kept = `${tarball}.overwritten-${generation}`;
    await fault({ key: effects[which] }, { kind: 'applyThen', reply: 'reset' });
    expect((await make()).answer).toMatchObject({ kind: 'occupied', generation });
    expect((await make({ replaces: generation })).answer).toMatchObject({ kind: 'made' });
    expect(await text(kept)).toBe('what somebody built before');
    await withdraw({ replaces: generation });
    expect(await text(tarball)).toBe('what somebody built before');
    expect((await world.snapshot()).objects).toEqual(objects);
    expect((await world.control<{ fired: number }[]>('faults')).map(({ fired }) => fired)).toEqual([1]);
  });
});

describe('publishing the schemas', () => {
  const [first = '', second = '', third = ''] = ['', '.codeinsights', '.codeintel'].map((part) => `schemas/v5.3.4444-internal_database.schema${part}.json`);

  it('completes what an attempt has begun', async () => {
    await fault({ key: `upload ${bucket}/${second}` }, { kind: 'fail', status: 503 });
    const { answer, attempts } = await upload();
    expect({ kind: answer.kind, attempts }).toEqual({ kind: 'uploaded', attempts: 2 });
    expect((await writes()).toSorted()).toEqual([`upload ${first}`, `upload ${second}`, `upload ${third}`].toSorted());
  });

  it('writes nothing where one of the files is there with another content', async () => {
    await put('{}', second);
    expect((await upload()).answer).toEqual({ kind: 'refused', reason: `${bucket} holds other schemas of v5.3.4444`, names: [second] });
    expect(await writes()).toEqual([]);
  });

  it('never overwrites what somebody else has uploaded in that moment', async () => {
    await fault({ key: `upload ${bucket}/${first}` }, { kind: 'hold', when: 'before' });
    const uploading = upload().catch((failure: unknown) => failure);
    const [held] = await world.control<{ id: string }[]>('holds?waitMs=5000');
    await put('theirs', first);
    await world.control(`holds/${held!.id}`, { resolve: 'apply' });
    expect(await uploading).toMatchObject({ type: 'Conflict', nonRetryable: true });
    expect(await text(first)).toBe('theirs');
    // The files before are public: however often it is tried, this is no refusal, after which everything would be taken back.
    await expect(upload()).rejects.toMatchObject({ type: 'Conflict', nonRetryable: true, message: `${bucket} holds other schemas of v5.3.4444: ${first}` });
  });

  it('completes what an earlier upload has begun, if that was from the same commit', async () => {
    const request = { component: 'migrator', version: 'v5.3.4444' } as const;
    const look = async () => (await answered(async () => schemas.takeStock({ plan: await schemas.planSchemas(request), key: ours }))).answer;
    await answered(() => schemas.uploadSchemas({ plan, key: 'schemas/migrator/v5.3.4444 of yesterday' }));
    for (const name of [second, third]) await store.remove((await store.find(bucket, name))!);
    expect(await look()).toMatchObject({ kind: 'ready' });

    const { sha } = await world.control<{ sha: string }>('commit', { repository: 'sourcegraph/sourcegraph', branch: 'main', files: { 'internal/database/schema.codeintel.json': '{}' }, message: 'Change a schema' });
    expect(await look()).toMatchObject({
      kind: 'refused',
      reason: `an upload of v5.3.4444 was cut off that was not from ${sha}: its "base" must be a branch at its commit`,
      names: [`${first.slice('schemas/'.length)}: schemas/migrator/v5.3.4444 of yesterday at ${plan.candidate}`],
    });
  });
});
