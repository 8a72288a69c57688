import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { ApplicationFailure } from '@temporalio/common';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Sha } from '../../../domain/code/commit.ts';
import { connectGcs } from '../../../ports/artifacts/gcs.ts';
import { listArchive } from '../../../ports/artifacts/listing.ts';
import type { ArtifactStore } from '../../../ports/artifacts/store.ts';
import { fileCatalog } from '../../../ports/catalog/file.ts';
import type { ArchiveWork, MadeArchive } from '../../../activities/schemas/archives.ts';
import { createSchemas } from '../../../activities/schemas/index.ts';
import type { SchemaPlan } from '../../../domain/schemas/plan.ts';
import type { Forge } from '../../../ports/forge/forge.ts';
import type { RunningReleases } from '../../../ports/temporal/running-releases.ts';
import { openWorld, writeCatalog } from '../../worlds.ts';
import type { World } from '../../worlds.ts';
import { forgeIn, oneAttempt, useSandbox } from '../../ports/stand.ts';

const bucket = 'schemas-migrations';
const tarball = 'dist/schemas-v5.3.4444.tar.gz';
const ours = 'schemas/migrator/v5.3.4444 of today';
const yesterday = 'schemas/migrator/v5.3.4444 of yesterday';
const repository = 'sourcegraph/sourcegraph';
const depsFile = 'tools/release/schema_deps.bzl';
const media = 'GET /b/{bucket}/o/{object}?alt=media';

const sandbox = useSandbox({ validated: false, gcs: true });
const nobody = { status: async () => undefined } as Partial<RunningReleases> as RunningReleases;
let world: World;
let store: ArtifactStore;
let forge: Forge;
let schemas: ReturnType<typeof createSchemas>;
let plan: SchemaPlan;

beforeEach(async () => {
  world = await openWorld(sandbox.url(), { scenario: 'sourcegraph' });
  const catalog = await writeCatalog(world);
  store = connectGcs({ endpoint: `${world.url}/gcs`, token: 'gcs-token', timeoutMs: 1_000 });
  forge = forgeIn(world);
  schemas = createSchemas({ catalog: fileCatalog(catalog.file), forge, artifacts: store, tellProgress: async () => undefined, releases: nobody, readLagMs: 0 });
  plan = await schemas.planSchemas({ component: 'migrator', version: 'v5.3.4444', action: 'inject-current-schemas' });
  return async () => {
    await catalog.remove();
    await world.close();
  };
});

const fault = (match: object, action: object, times = 1) => world.control('faults', { match, action, times });
const put = (text: string, name = tarball) => world.control('objects', { bucket, files: { [name]: text } });
const writes = async () => (await world.journal()).map(({ key }) => key.replace(`${bucket}/`, ''));
const metadata = async (name: string) => (await fetch(`${world.url}/gcs/storage/v1/b/${bucket}/o/${encodeURIComponent(name)}`, { headers: { authorization: 'Bearer gcs-token' } })).json();
const text = async (name: string) => (await store.read((await store.find(bucket, name))!)).toString();

/** Has builds of main take a tarball. */
async function nameIt({ sha256 }: MadeArchive): Promise<void> {
  const named = (await forge.commits.read(repository, depsFile, 'main'))!.replace('schemas-v5.2.1093', 'schemas-v5.3.4444').replace(/5e1c[0-9a-f]{60}/, sha256);
  await world.control('commit', { repository, branch: 'main', files: { [depsFile]: named }, message: 'Merge it by hand' });
}

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

const make = (work: { readonly key?: string; readonly replaces?: string; readonly from?: Sha; readonly repairs?: string } = {}) => answered(() => schemas.makeArchive({ plan, key: ours, ...work }));
const withdraw = (work: Partial<ArchiveWork> = {}) => answered(() => schemas.withdrawArchive({ plan, key: ours, ...work }));
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

  it("goes on with the very same tarball where one is there, and never takes somebody else's away", async () => {
    const { answer: first } = await make({ key: 'by hand' });
    const { answer: second } = await make();
    expect(second).toEqual(first);
    expect(await writes()).toEqual([`upload ${tarball}`]);
    expect((await withdraw()).answer).toEqual({ kind: 'nothing' });
    expect(await store.find(bucket, tarball)).toMatchObject({ generation: (first as MadeArchive).generation });
  });

  it('has caches ask before they use a copy: its URL carries different contents', async () => {
    await make();
    expect(await metadata(tarball)).toMatchObject({ cacheControl: 'no-cache' });
  });

  it("overwrites what a run of its own has left that was terminated, and takes it away: nobody is asked, whatever has changed", async () => {
    await make({ key: yesterday });
    const { sha } = await world.control<{ sha: Sha }>('commit', { repository, branch: 'main', files: { 'internal/database/schema.json': '{"Tables":[]}' }, message: 'Change a schema' });
    expect((await make({ from: sha })).answer).toMatchObject({ kind: 'made' });
    expect((await withdraw()).answer).toEqual({ kind: 'removed' });
    expect(await store.find(bucket, tarball)).toBeUndefined();
    await make({ key: yesterday });
    expect((await withdraw()).answer).toEqual({ kind: 'removed' });
    expect((await withdraw()).answer).toEqual({ kind: 'nothing' });
  });

  it('asks before it overwrites what builds take, though a run of its own made it, and never takes that away', async () => {
    const { answer } = await make({ key: yesterday });
    await nameIt(answer as MadeArchive);
    expect((await withdraw()).answer).toEqual({ kind: 'used', branch: 'main' });
    await put('{}', 'schemas/v5.2.0-internal_database.schema.json');
    expect((await make()).answer).toMatchObject({ kind: 'occupied' });
    expect(await store.find(bucket, tarball)).toMatchObject({ generation: (answer as MadeArchive).generation });
  });

  it('takes the schemas of the commit that is built, and knows them from those of another', async () => {
    const { answer: before } = await make();
    const { sha } = await world.control<{ sha: Sha }>('commit', { repository, branch: 'main', files: { 'internal/database/schema.json': '{"Tables":[]}' }, message: 'Change a schema' });
    const { answer: after } = await make({ from: sha });
    const [one, other] = [before as MadeArchive, after as MadeArchive];
    expect(one.sha256).not.toBe(other.sha256);
    expect(one.stock.current).not.toBe(other.stock.current);
    expect(one.stock.digest).not.toBe(other.stock.digest);
    expect((await listArchive(store.stream((await store.find(bucket, tarball))!))).find(({ name }) => name.startsWith('v5.3.4444-') && name.endsWith('schema.json'))).toMatchObject({ size: 13 });
  });

  it('tells which versions have come in, and which have gone, since the tarball that builds take', async () => {
    const { answer } = await answered(async () => schemas.makeArchive({ plan: await schemas.planSchemas({ component: 'migrator', version: 'v5.2.1093', action: 'fetch-current-schemas', base: '5.2' }), key: ours }));
    expect(answer).not.toHaveProperty('changes');
    for (const part of ['', '.codeintel', '.codeinsights']) await store.remove((await store.find(bucket, `schemas/v5.1.0-internal_database.schema${part}.json`))!);
    expect((await make()).answer).toMatchObject({ changes: { since: 'dist/schemas-v5.2.1093.tar.gz', came: ['v5.3.4444'], went: ['v5.1.0'] } });
  });

  it('makes its own again where the bucket has changed, without asking anybody', async () => {
    await make();
    const added = Object.fromEntries(['', '.codeintel', '.codeinsights'].map((part) => [`schemas/v5.2.1234-internal_database.schema${part}.json`, '{}']));
    await world.control('objects', { bucket, files: added });
    expect((await make()).answer).toMatchObject({ kind: 'made', entries: 18 });
    expect(await writes()).toEqual([`upload ${tarball}`, `upload ${tarball}`]);
  });
});

describe('repairing the tarball', () => {
  it('puts it back as it was, and writes nothing where it is another one than builds expect', async () => {
    const { answer } = await make();
    const { sha256 } = answer as MadeArchive;
    await store.remove((await store.find(bucket, tarball))!);
    expect((await make({ repairs: sha256 })).answer).toMatchObject({ kind: 'made', sha256 });
    const { generation } = (await store.find(bucket, tarball))!;
    expect((await make({ repairs: sha256 })).answer).toMatchObject({ kind: 'made', generation });
    expect((await make({ repairs: 'b'.repeat(64) })).answer).toEqual({ kind: 'different', sha256 });
    expect((await writes()).filter((key) => key.startsWith('upload'))).toEqual([`upload ${tarball}`, `upload ${tarball}`]);
  });

  it('asks before a damaged one is overwritten, and keeps nothing of that', async () => {
    const { sha256 } = (await make()).answer as MadeArchive;
    await put('damaged');
    const { generation } = (await store.find(bucket, tarball))!;
    expect((await make({ repairs: sha256 })).answer).toMatchObject({ kind: 'occupied', generation });
    expect((await make({ repairs: sha256, replaces: generation })).answer).toMatchObject({ kind: 'made', sha256 });
    expect(await store.list(bucket, `${tarball}.`)).toEqual([]);
  });
});

it('that is stored with a Content-Encoding is none of the same bytes: builds would get it unpacked', async () => {
  const { sha256 } = (await make()).answer as MadeArchive;
  const bytes = await store.read((await store.find(bucket, tarball))!);
  await fetch(`${world.url}/gcs/upload/storage/v1/b/${bucket}/o?uploadType=media&contentEncoding=gzip&name=${encodeURIComponent(tarball)}`, { method: 'POST', body: new Uint8Array(bytes), headers: { authorization: 'Bearer gcs-token' } });
  const { generation, size } = (await store.find(bucket, tarball))!;
  expect(size).toBe(bytes.length);
  expect((await make({ repairs: sha256 })).answer).toMatchObject({ kind: 'occupied', generation });
  expect((await make({ repairs: sha256, replaces: generation })).answer).toMatchObject({ kind: 'made', sha256 });
  expect(await store.find(bucket, tarball)).not.toHaveProperty('encoding');
});

describe('listing a tarball', () => {
  const list = (version: `v${string}` = 'v5.3.4444') => answered(() => schemas.listSchemaArchive({ component: 'migrator', version }));

  it('tells what is in it, to the checksum, who made it, and what has changed since the one before', async () => {
    expect((await list()).answer).toEqual({ kind: 'absent', archive: tarball });
    const before = { ...plan, version: 'v5.2.1093', archive: 'dist/schemas-v5.2.1093.tar.gz', action: 'fetch-current-schemas' } as const;
    await answered(() => schemas.makeArchive({ plan: before, key: 'by hand' }));
    const changed = 'schemas/v5.2.0-internal_database.schema.codeintel.json';
    await put('{}', changed);
    const { sha256, size } = (await make()).answer as MadeArchive;
    const { answer } = await list();
    expect(answer).toMatchObject({ kind: 'listed', archive: tarball, sha256, size, by: ours, changes: { since: 'dist/schemas-v5.2.1093.tar.gz', came: ['v5.3.4444'], went: [], changed: ['v5.2.0.codeintel'] } });
    expect(answer.kind === 'listed' && answer.schemas).toHaveLength(15);
    expect(answer.kind === 'listed' && answer.schemas).toContainEqual({
      name: 'v5.2.0-internal_database.schema.codeintel.json',
      version: 'v5.2.0',
      part: '.codeintel',
      size: 2,
      sha256: createHash('sha256').update('{}').digest('hex'),
    });
  });

  it('fetches again what has arrived damaged, instead of calling it none that can be read', async () => {
    await make();
    await fault({ route: media }, { kind: 'fail', status: 200, body: 'x'.repeat((await store.find(bucket, tarball))!.size) });
    expect(await list()).toMatchObject({ attempts: 2, answer: { kind: 'listed' } });
  });

  it('says what is wrong with one that is damaged, and compares with none that is', async () => {
    await put('damaged', 'dist/schemas-v5.2.1093.tar.gz');
    await expect(list('v5.2.1093')).rejects.toMatchObject({ type: 'InvalidInput', message: expect.stringContaining('no archive that can be read') });
    await make();
    expect((await list()).answer).not.toHaveProperty('changes');
  });
});

describe('a version that is seen half-way', () => {
  const half = 'schemas/v5.2.1234-internal_database.schema.json';
  const look = (work: { readonly waits?: true } = {}) => answered(() => schemas.takeStock({ plan, key: ours, ...work }));

  it('is told at once, with the moment up to which it is waited for', async () => {
    await put('{}', half);
    const { answer } = await look();
    expect(answer).toEqual({
      kind: 'underWay',
      versions: ['v5.2.1234'],
      missing: ['v5.2.1234-internal_database.schema.codeintel.json', 'v5.2.1234-internal_database.schema.codeinsights.json'],
      until: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    const { createdAt } = (await store.find(bucket, half))!;
    expect(Date.parse((answer as { until: string }).until) - Date.parse(createdAt!)).toBe(5_000);
  });

  it('is waited for by the age of its files, however often somebody looks, and then refused by name', async () => {
    await put('{}', half);
    const wait = () => oneAttempt({ scheduledTimestampMs: Date.now() }).run(() => schemas.takeStock({ plan, key: ours, waits: true }));
    await expect(wait()).rejects.toMatchObject({ type: 'NotYet', message: expect.stringContaining('may be under way') });
    await expect.poll(() => wait().catch(({ type }) => type), { timeout: 10_000 }).toMatchObject({ kind: 'refused', names: [expect.stringContaining('codeintel'), expect.stringContaining('codeinsights')] });
    expect((await look()).answer).toMatchObject({ kind: 'refused', reason: expect.stringContaining('the schemas of v5.2.1234 are not complete') });
  });

  it('is refused at once where the files have lain there for long, with what the catalog may say of a part that is younger', async () => {
    await put('{}', 'schemas/v4.0.0-internal_database.schema.json');
    const lying = { ...plan, rules: { ...plan.rules, uploadTimeout: 1 } };
    expect((await answered(() => schemas.takeStock({ plan: lying, key: ours }))).answer).toMatchObject({
      kind: 'refused',
      reason: 'the schemas of v4.0.0 are not complete (if they did not exist yet, say so under names.parts: {name: ".codeintel", since: v5.1.0}, {name: ".codeinsights", since: v5.1.0}); missing',
    });
  });
});

describe('what can not be a schema', () => {
  const look = () => answered(() => schemas.takeStock({ plan, key: ours }));

  it('is refused by name, and thousands of names are cut', async () => {
    const names = Array.from({ length: 2_600 }, (_, index) => `schemas/stray-${index}.json`);
    await world.control('objects', { bucket, files: Object.fromEntries(names.map((name) => [name, '{}'])) });
    const { answer } = await look();
    expect(answer).toMatchObject({ kind: 'refused', names: { length: 51 } });
    expect(answer.kind === 'refused' && answer.names.at(-1)).toBe('and 2550 more');
    expect(JSON.stringify(answer).length).toBeLessThan(20_000);
  });

  it('is refused by name where it is stored compressed', async () => {
    const name = 'schemas/v5.2.0-internal_database.schema.json';
    await fetch(`${world.url}/gcs/upload/storage/v1/b/${bucket}/o?uploadType=media&contentEncoding=gzip&name=${encodeURIComponent(name)}`, { method: 'POST', body: gzipSync('{}'), headers: { authorization: 'Bearer gcs-token' } });
    expect((await look()).answer).toMatchObject({ kind: 'refused', names: ['v5.2.0-internal_database.schema.json: stored with Content-Encoding gzip; store it as it is'] });
  });

  it('is refused by name where the commit has it empty', async () => {
    await world.control('commit', { repository, branch: 'main', files: { 'internal/database/schema.codeintel.json': '' }, message: 'Empty it' });
    const from = (await forge.branches.find(repository, 'main'))!;
    expect((await answered(() => schemas.takeStock({ plan, key: ours, from }))).answer).toEqual({ kind: 'refused', reason: `schemas of ${from} can't be read`, names: ['internal/database/schema.codeintel.json: empty'] });
  });

  it('is passed over where the catalog ignores it, and named', async () => {
    await world.control('objects', { bucket, files: { 'schemas/archive/': '', 'schemas/README.md': 'Schemas' } });
    await world.control('commit', { repository, branch: 'main', files: { 'internal/database/schema.console.json': '{}' }, message: 'Add a console' });
    const from = (await forge.branches.find(repository, 'main'))!;
    const names = { ...plan.rules.names, ignores: ['*/', 'README.md', '*/schema.console.json'] };
    const ignoring = { ...plan, rules: { ...plan.rules, names } };
    expect((await answered(() => schemas.takeStock({ plan: ignoring, key: ours, from }))).answer).toMatchObject({ kind: 'ready', ignored: ['README.md', 'archive/', 'internal/database/schema.console.json'] });
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

  it('keeps nothing of what it has overwritten, also where that was several, and puts the last of them back', async () => {
    const { objects } = await world.snapshot();
    for (const text of ['what somebody built', 'what somebody else built']) {
      await put(text);
      expect((await make({ replaces: (await store.find(bucket, tarball))!.generation })).answer).toMatchObject({ kind: 'made' });
    }
    expect((await withdraw()).answer).toEqual({ kind: 'putBack' });
    expect(await text(tarball)).toBe('what somebody else built');
    await store.remove((await store.find(bucket, tarball))!);
    expect((await world.snapshot()).objects).toEqual(objects);
  });

  it('puts back what a run of its own had overwritten that was terminated', async () => {
    await put('what somebody built');
    await make({ key: yesterday, replaces: (await store.find(bucket, tarball))!.generation });
    expect((await withdraw()).answer).toEqual({ kind: 'putBack' });
    expect(await text(tarball)).toBe('what somebody built');
  });

  it('keeps nothing of what it has overwritten where builds take what it made: that stays', async () => {
    await put('what somebody built');
    const { answer } = await make({ replaces: (await store.find(bucket, tarball))!.generation });
    await nameIt(answer as MadeArchive);
    expect((await withdraw()).answer).toEqual({ kind: 'used', branch: 'main' });
    expect((await store.list(bucket, tarball)).map(({ name }) => name)).toEqual([tarball]);
  });

  it('does not tell of a tarball as put back that it had leave to overwrite, and never did', async () => {
    await put('what somebody built');
    const { generation } = (await store.find(bucket, tarball))!;
    const again = oneAttempt({ attempt: 2, scheduledTimestampMs: Date.now() }).run(() => schemas.withdrawArchive({ plan, key: ours, replaces: generation }));
    expect(await again).toEqual({ kind: 'nothing' });
    expect(await store.find(bucket, tarball)).toMatchObject({ generation });
  });

  it('tells, however often it is tried, what it has put back, and not what somebody else has put there instead', async () => {
    await put('what somebody built');
    const { generation: replaces, size, crc32c } = (await store.find(bucket, tarball))!;
    const work = { replaces, replaced: { size, crc32c }, made: true } as const;
    await make(work);
    const again = (attempt: number) => oneAttempt({ attempt, scheduledTimestampMs: Date.now() }).run(() => schemas.withdrawArchive({ plan, key: ours, ...work }));
    expect([await again(1), await again(2)]).toEqual([{ kind: 'putBack' }, { kind: 'putBack' }]);
    expect(await text(tarball)).toBe('what somebody built');

    await make({ ...work, replaces: (await store.find(bucket, tarball))!.generation });
    await put('a rebuild by somebody');
    expect([await again(1), await again(2)]).toEqual([{ kind: 'nothing' }, { kind: 'nothing' }]);
    expect(await text(tarball)).toBe('a rebuild by somebody');
    expect(await store.list(bucket, `${tarball}.`)).toEqual([]);
  });

  it('does nothing, and says so, where there is nothing', async () => {
    expect((await withdraw()).answer).toEqual({ kind: 'nothing' });
    expect(await writes()).toEqual([]);
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

    const { sha } = await world.control<{ sha: Sha }>('commit', { repository: 'sourcegraph/sourcegraph', branch: 'main', files: { 'internal/database/schema.codeintel.json': '{}' }, message: 'Change a schema' });
    expect(await look()).toMatchObject({
      kind: 'refused',
      reason: `an upload of v5.3.4444 was cut off that was not from ${sha}: its "base" must be a branch at its commit`,
      names: [`${first.slice('schemas/'.length)}: schemas/migrator/v5.3.4444 of yesterday at ${plan.candidate}`],
    });
  });
});
