import { createHash, randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import type { WorkflowHandle } from '@temporalio/client';
import { extract } from 'tar-stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { checksumsOf } from '../../ports/artifacts/checksum.ts';
import { connectGcs } from '../../ports/artifacts/gcs.ts';
import type { Outcome } from '../../domain/outcome.ts';
import { confirm, decide } from '../../workflows/people/messages.ts';
import { status } from '../../workflows/release/messages.ts';
import { startWorker } from '../servers.ts';
import { openWorld, workerEnvironment, writeCatalog } from '../worlds.ts';
import type { World } from '../worlds.ts';
import { useServers } from './stand.ts';

const servers = useServers({ gcs: true });

const repository = 'sourcegraph/sourcegraph';
const bucket = 'schemas-migrations';
const tarball = 'dist/schemas-v5.3.4444.tar.gz';
const inject = { component: 'migrator', version: 'v5.3.4444', action: 'inject-current-schemas' };
const patch = { component: 'migrator', version: 'v5.2.1234', action: 'inject-current-schemas', base: '5.2' };
const namesOf = (...versions: string[]) => versions.flatMap((version) => ['', '.codeinsights', '.codeintel'].map((part) => `${version}-internal_database.schema${part}.json`)).sort();
const before = ['v5.1.0', 'v5.1.2222', 'v5.2.0', 'v5.2.1093'];

describe('a schema release, with a real worker, server, git, HTTP and a GCS emulator', () => {
  it('publishes the schemas when its build is green, and changes one rule of one file', async () => {
    const { world, begin, read } = await stand();
    const [objects, file] = [(await world.snapshot()).objects, await depsFile(world, 'main')];
    const { release } = await begin(inject);
    const outcome = await release.result();
    expect(outcome).toMatchObject({ kind: 'schemasReleased', published: namesOf('v5.3.4444').map((name) => `schemas/${name}`) });

    const archive = await read(tarball);
    const sha256 = createHash('sha256').update(archive).digest('hex');
    expect(outcome).toMatchObject({ archive: { sha256, url: `https://storage.googleapis.com/${bucket}/${tarball}` } });
    const entries = await unpacked(archive);
    expect([...entries.keys()]).toEqual(namesOf(...before, 'v5.3.4444'));
    for (const name of namesOf(...before, 'v5.3.4444')) expect(entries.get(name)).toEqual(await read(`schemas/${name}`));
    expect(await depsFile(world, 'main')).toBe(
      file.replace('dist/schemas-v5.2.1093.tar.gz', tarball).replace('5e1c2c6ad4f0c6d1b7d1a9d8a3b9b0c4e5f60718293a4b5c6d7e8f9012345678', sha256),
    );

    const after = await world.snapshot();
    expect(Object.keys(after.objects).sort()).toEqual([...Object.keys(objects), ...namesOf('v5.3.4444').map((name) => `${bucket}/schemas/${name}`), `${bucket}/${tarball}`].sort());
    expect(after.repositories[repository]).toMatchObject({ pulls: [{ title: 'Release v5.3.4444: database schemas', state: 'merged', base: 'main' }] });
    expect(Object.keys(after.repositories[repository]!.refs)).not.toContain('refs/heads/schemas/v5.3.4444');
    expect(after.chat.releases!.map(({ text }) => text)).toContain('migrator v5.3.4444: released v5.3.4444 with 3 schema files');
    expect(await world.control('violations')).toEqual([]);
    expect(await repeated(world)).toEqual([]);
  });

  it('shows how far its fetch has come, also when another worker has to begin anew', async () => {
    const { world, begin, worker, another } = await stand();
    for (let nth = 1; nth <= 24; nth += 1) {
      await world.control('faults', { match: { route: 'GET /b/{bucket}/o/{object}?alt=media', nth }, action: { kind: 'delay', ms: (nth % 12) * 700 } });
    }
    const { release } = await begin(inject);
    await expect.poll(() => details(release), { timeout: 30_000, interval: 200 }).toMatch(/^So far: fetched [1-9]\d? of 12 files, \d+(\.\d)? (bytes|kB) of \d\.\d kB /m);
    process.kill(worker.pid, 'SIGKILL');
    const before = await tellings(release);
    await another();
    await expect.poll(() => tellings(release), { timeout: 30_000, interval: 200 }).toBeGreaterThan(before);
    expect(await details(release)).toMatch(/^So far: fetched [1-9]\d? of 12 files/m);
    expect(await release.result()).toMatchObject({ kind: 'schemasReleased' });
    expect(await tellings(release)).toBeLessThanOrEqual(4);
    expect(await details(release)).not.toContain('So far');
  });

  it('leaves no trace in the bucket when its build is red, and releases the same version afterwards', async () => {
    const { world, begin } = await stand();
    const { objects } = await world.snapshot();
    await world.control('ci', { repository, branch: 'schemas/v5.3.4444', verdict: 'red' });
    const { release } = await begin(inject);
    expect(await release.result()).toMatchObject({ kind: 'buildFailed', failed: [{ name: 'bazel' }], undone: ['the pull request on schemas/v5.3.4444', `the tarball ${tarball}`], owed: [] });
    const after = await world.snapshot();
    expect(after.objects).toEqual(objects);
    expect(after.repositories[repository]).toMatchObject({ pulls: [{ state: 'closed' }] });
    expect(Object.keys(after.repositories[repository]!.refs)).not.toContain('refs/heads/schemas/v5.3.4444');

    await world.control('ci', { repository, branch: 'schemas/v5.3.4444', verdict: 'green' });
    const again = await begin(inject);
    expect(await again.release.result()).toMatchObject({ kind: 'schemasReleased' });
  });

  it('replaces the pull request of a release that was terminated, when its base has moved on', async () => {
    const { world, begin } = await stand();
    await world.control('ci', { repository, branch: 'schemas/v5.3.4444', verdict: 'slow', afterMs: 600_000 });
    const { release } = await begin(inject);
    await reached(release, 'the build of #1');
    await release.terminate('by an operator');
    await world.control('commit', { repository, branch: 'main', files: { 'main.go': 'package main' }, message: 'Develop' });
    await world.control('ci', { repository, branch: 'schemas/v5.3.4444', verdict: 'green' });
    const again = await begin(inject);
    expect(await again.release.result()).toMatchObject({ kind: 'schemasReleased', pullRequest: expect.stringMatching(/\/2$/) });
    expect((await world.snapshot()).repositories[repository]).toMatchObject({ pulls: [{ state: 'closed' }, { state: 'merged' }] });
  });

  it('leaves no trace in the bucket when its build is cancelled', async () => {
    const { world, begin } = await stand();
    const { objects } = await world.snapshot();
    await world.control('ci', { repository, branch: 'schemas/v5.3.4444', verdict: 'cancelled' });
    const { release } = await begin(inject);
    expect(await release.result()).toMatchObject({ kind: 'buildFailed', undone: ['the pull request on schemas/v5.3.4444', `the tarball ${tarball}`], owed: [] });
    expect((await world.snapshot()).objects).toEqual(objects);
  });

  it('is taken back when somebody closes its pull request, and names whom; a removal that fails is tried again', async () => {
    const { world, begin } = await stand();
    const { objects } = await world.snapshot();
    await world.control('faults', { match: { key: `remove ${bucket}/${tarball}` }, action: { kind: 'fail', status: 503 }, times: 2 });
    await buildsForLong(world, 'schemas/v5.3.4444');
    const { release } = await begin(inject);
    await reached(release, 'the build of #1');
    await asDana(world, 'PATCH', 'pulls/1', { state: 'closed' });
    expect(await release.result()).toMatchObject({ kind: 'closed', by: 'dana', undone: ['the pull request on schemas/v5.3.4444', `the tarball ${tarball}`], owed: [] });
    expect((await world.snapshot()).objects).toEqual(objects);
    expect(await world.control<{ fired: number }[]>('faults')).toMatchObject([{ fired: 2 }]);
  });

  it('publishes under the names that the catalog gives, and knows the older ones', async () => {
    const scripts = { object: '{version}-internal_database_schema{part}.json', accepts: ['{version}-internal_database.schema{part}.json'] };
    const { begin, read } = await stand({ names: scripts });
    const { release } = await begin(inject);
    const names = namesOf('v5.3.4444').map((name) => name.replace('database.schema', 'database_schema'));
    expect(await release.result()).toMatchObject({ kind: 'schemasReleased', published: expect.arrayContaining(names.map((name) => `schemas/${name}`)) });
    expect([...(await unpacked(await read(tarball))).keys()]).toEqual([...namesOf(...before).map((name) => name.replace('database.schema', 'database_schema')), ...names].sort());
  });

  it('builds again with what another release has published meanwhile', async () => {
    const { world, begin, read } = await stand();
    await buildsForLong(world, 'schemas/v5.3.4444');
    const { release } = await begin(inject);
    await reached(release, 'the build of #1');
    const other = await begin(patch);
    expect(await other.release.result()).toMatchObject({ kind: 'schemasReleased', version: 'v5.2.1234' });
    await buildsEnd(world, 'schemas/v5.3.4444', 'green');
    expect(await release.result()).toMatchObject({ kind: 'schemasReleased', version: 'v5.3.4444' });
    expect([...(await unpacked(await read(tarball))).keys()]).toEqual(namesOf(...before, 'v5.2.1234', 'v5.3.4444'));
    const sha256 = createHash('sha256').update(await read(tarball)).digest('hex');
    expect(await depsFile(world, 'main')).toContain(sha256);
  });

  it.each([
    ['the lower version first', 'v5.3.4444', 'v5.3.5555'],
    ['the higher version first', 'v5.3.5555', 'v5.3.4444'],
  ])('brings itself up to date with another release into the same base before it publishes: %s', async (_, first, second) => {
    const { world, begin, read } = await stand();
    await world.control('ci', { repository, branch: `schemas/${first}`, verdict: 'slow', afterMs: 600_000 });
    await world.control('ci', { repository, branch: `schemas/${second}`, verdict: 'slow', afterMs: 600_000 });
    const one = await begin({ ...inject, version: first });
    await reached(one.release, 'the build of #1');
    const other = await begin({ ...inject, version: second });
    await reached(other.release, 'the build of #2');
    for (const version of [first, second]) await world.control('ci', { repository, branch: `schemas/${version}`, verdict: 'green' });
    await world.control('ci', { repository, sha: await headOf(world, `schemas/${first}`), verdict: 'green' });

    expect(await one.release.result()).toMatchObject({ kind: 'schemasReleased', version: first });
    const outcome = await other.release.result();
    const archive = await read(`dist/schemas-${second}.tar.gz`);
    const sha256 = createHash('sha256').update(archive).digest('hex');
    expect(outcome).toMatchObject({ kind: 'schemasReleased', version: second, archive: { sha256 } });
    // Newer patches of its own line stay in.
    expect([...(await unpacked(archive)).keys()]).toEqual(namesOf(...before, first, second));
    const file = await depsFile(world, 'main');
    expect(file).toContain(`dist/schemas-${second}.tar.gz`);
    expect(file).toContain(sha256);
    const keys = (await world.journal()).map(({ key }) => key);
    const lastMove = keys.lastIndexOf(`ref ${repository} refs/heads/schemas/${second}`, keys.indexOf(`merge ${repository}#2`) - 1);
    expect(lastMove).toBeGreaterThan(keys.indexOf(`merge ${repository}#1`));
    expect(keys.findIndex((key) => key.includes(`schemas/${second}-internal`))).toBeGreaterThan(lastMove);
  });

  it('pays no heed to newer versions that are published meanwhile', async () => {
    const { world, begin, read } = await stand();
    await buildsForLong(world, 'schemas/v5.2.1234');
    const { release } = await begin(patch);
    await reached(release, 'the build of #1');
    const other = await begin(inject);
    expect(await other.release.result()).toMatchObject({ kind: 'schemasReleased', version: 'v5.3.4444' });
    await buildsEnd(world, 'schemas/v5.2.1234', 'green');
    expect(await release.result()).toMatchObject({ kind: 'schemasReleased', version: 'v5.2.1234' });
    expect([...(await unpacked(await read('dist/schemas-v5.2.1234.tar.gz'))).keys()]).toEqual(namesOf(...before, 'v5.2.1234'));
    expect([...(await unpacked(await read(tarball))).keys()]).toEqual(namesOf(...before, 'v5.3.4444'));
  });

  it('overwrites a tarball when it is confirmed, and puts it back when the build fails', async () => {
    const { world, begin, read } = await stand();
    await world.control('objects', { bucket, files: { [tarball]: 'what somebody built before' } });
    const { objects } = await world.snapshot();
    await buildsForLong(world, 'schemas/v5.3.4444');
    const { release } = await begin(inject);
    await reached(release, /^a confirmation: dist\/schemas-v5.3.4444.tar.gz exists with another content \(26 bytes/);
    expect((await read(tarball)).toString()).toBe('what somebody built before');
    await release.executeUpdate(confirm.update, { args: [{ item: 'overwrite', by: 'alice', text: 'OVERWRITE' }] });
    await reached(release, 'the build of #1');
    expect([...(await unpacked(await read(tarball))).keys()]).toEqual(namesOf(...before, 'v5.3.4444'));
    await buildsEnd(world, 'schemas/v5.3.4444', 'red');
    expect(await release.result()).toMatchObject({ kind: 'buildFailed', owed: [] });
    expect((await read(tarball)).toString()).toBe('what somebody built before');
    expect((await world.snapshot()).objects).toEqual(objects);
  });

  it('does not touch a tarball that somebody has put there since', async () => {
    const { world, begin, read } = await stand();
    await buildsForLong(world, 'schemas/v5.3.4444');
    const { release } = await begin(inject);
    await reached(release, 'the build of #1');
    await world.control('objects', { bucket, files: { [tarball]: 'a rebuild by somebody' } });
    await buildsEnd(world, 'schemas/v5.3.4444', 'red');
    expect(await release.result()).toMatchObject({ kind: 'buildFailed', owed: [] });
    expect((await read(tarball)).toString()).toBe('a rebuild by somebody');
  });

  it('publishes nothing before it can be merged, unless somebody says so; then it stays open until it is merged by hand', async () => {
    const { world, begin } = await stand();
    await world.control('protection', { repository, branch: 'main', requiredChecks: ['bazel'], requiredReviews: 1 });
    const { release } = await begin(inject);
    await reached(release, /^#1 can't be merged: the protection of main keeps it from being merged/);
    const published = namesOf('v5.3.4444').map((name) => `${bucket}/schemas/${name}`);
    expect(Object.keys((await world.snapshot()).objects)).not.toEqual(expect.arrayContaining(published));
    await release.executeUpdate(decide.update, { args: [{ choice: 'publish', by: 'alice', reason: 'I merge it by hand' }] });
    await reached(release, '#1 is not merged: it lacks a review');
    expect(Object.keys((await world.snapshot()).objects)).toEqual(expect.arrayContaining(namesOf('v5.3.4444').map((name) => `${bucket}/schemas/${name}`)));
    await world.control('protection', { repository, branch: 'main', requiredChecks: ['bazel'] });
    await asDana(world, 'PUT', 'pulls/1/merge', {});
    expect(await release.result()).toMatchObject({ kind: 'schemasReleased' });
  });

  it('waits for an upload that is under way, and refuses one that was left half-way by its name', async () => {
    const { world, begin } = await stand();
    const [first = '', second = '', third = ''] = namesOf('v5.2.1234').map((name) => `schemas/${name}`);
    await world.control('objects', { bucket, files: { [first]: '{}', [second]: '{}' } });
    const { release } = await begin(inject);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await world.control('objects', { bucket, files: { [third]: '{}' } });
    expect(await release.result()).toMatchObject({ kind: 'schemasReleased' });

    await world.control('objects', { bucket, files: { [third]: null } });
    const { release: late } = await begin({ ...inject, version: 'v5.3.5555' });
    expect(await late.result()).toMatchObject({ kind: 'schemasRefused', reason: 'the schemas of v5.2.1234 are not complete; missing', names: [third.slice('schemas/'.length)] });
  });

  it.each([
    ['a version that is published', { ...patch, version: 'v5.2.1093' }, /are in schemas-migrations already/],
    ['fetching one that is not', { ...patch, action: 'fetch-current-schemas' }, /^botched release: schemas-migrations lacks schemas of v5.2.1234/],
  ])('refuses %s, and names the files', async (_, request, reason) => {
    const { world, begin } = await stand();
    const { release } = await begin(request);
    expect(await release.result()).toMatchObject({ kind: 'schemasRefused', reason: expect.stringMatching(reason), names: expect.arrayContaining(namesOf(request.version)) });
    expect((await world.journal()).filter(({ key }) => !key.startsWith('message'))).toEqual([]);
  });

  it('refuses a bucket that holds what no release wrote', async () => {
    const { world, begin } = await stand();
    await world.control('objects', { bucket, files: { 'schemas/../v5.1.0-internal_database.schema.json': 'x', 'schemas/latest.json': 'x' } });
    const { release } = await begin(inject);
    expect(await release.result()).toMatchObject({
      kind: 'schemasRefused',
      names: ['../v5.1.0-internal_database.schema.json', 'latest.json'].map((name) => `${name}: not a name of the convention; if it may stay, list it under names.ignores`),
    });
  });

  it('hands a second start of the same version over to the first', async () => {
    const { world, begin } = await stand();
    await buildsForLong(world, 'schemas/v5.3.4444');
    const [first, second] = [await begin(inject), await begin(inject)];
    expect(second.release.workflowId).toBe(first.release.workflowId);
    await reached(first.release, 'the build of #1');
    await buildsEnd(world, 'schemas/v5.3.4444', 'green');
    expect(await first.release.result()).toMatchObject({ kind: 'schemasReleased' });
    expect((await world.snapshot()).repositories[repository]!.pulls).toHaveLength(1);
  });

  it.each([
    ['has ended', undefined],
    ['waits for its build', 'the build of #1'],
  ])('does nothing again when an operator resets it from the UI while it %s', async (_, waitingFor) => {
    const { world, begin } = await stand();
    if (waitingFor) await buildsForLong(world, 'schemas/v5.3.4444');
    const { release } = await begin(inject);
    await (waitingFor ? reached(release, waitingFor) : release.result());
    const again = await resetAfterPlanning(release);
    if (waitingFor) await buildsEnd(world, 'schemas/v5.3.4444', 'green');
    expect(await again.result()).toMatchObject({ kind: 'schemasReleased', published: namesOf('v5.3.4444').map((name) => `schemas/${name}`) });
    expect(await repeated(world)).toEqual([]);
  });

  it('repairs a tarball that was deleted: what builds expect is there again, without a pull request', async () => {
    const { world, begin, read } = await stand();
    const fetch = { ...patch, version: 'v5.2.1093', action: 'fetch-current-schemas' };
    const first = await begin(fetch);
    expect(await first.release.result()).toMatchObject({ kind: 'schemasReleased', published: [] });
    const archive = await read('dist/schemas-v5.2.1093.tar.gz');
    await world.control('objects', { bucket, files: { 'dist/schemas-v5.2.1093.tar.gz': null } });
    const { release } = await begin(fetch);
    expect(await release.result()).toMatchObject({ kind: 'schemasRepaired', archive: { sha256: createHash('sha256').update(archive).digest('hex') } });
    expect(await read('dist/schemas-v5.2.1093.tar.gz')).toEqual(archive);
    expect((await world.snapshot()).repositories[repository]!.pulls).toHaveLength(1);
  });

  it('publishes the schemas of what was built and merged, though a migration lands meanwhile', async () => {
    const { world, begin, read } = await stand();
    await world.control('protection', { repository, branch: 'main', requiredChecks: ['bazel'], strict: true });
    await buildsForLong(world, 'schemas/v5.3.4444');
    const { release } = await begin(inject);
    await reached(release, 'the build of #1');
    const schema = '{"Tables":[{"Name":"new"}]}';
    await world.control('commit', { repository, branch: 'main', files: { 'internal/database/schema.json': schema }, message: 'Migrate' });
    await buildsEnd(world, 'schemas/v5.3.4444', 'green');
    expect(await release.result()).toMatchObject({ kind: 'schemasReleased' });
    const name = 'v5.3.4444-internal_database.schema.json';
    expect([(await read(`schemas/${name}`)).toString(), (await unpacked(await read(tarball))).get(name)!.toString()]).toEqual([schema, schema]);
    expect(await depsFile(world, 'main')).toContain(createHash('sha256').update(await read(tarball)).digest('hex'));
  });

  it('fetches what is published, and publishes nothing', async () => {
    const { world, begin, read } = await stand();
    const { release } = await begin({ ...patch, version: 'v5.2.1093', action: 'fetch-current-schemas' });
    expect(await release.result()).toMatchObject({ kind: 'schemasReleased', published: [] });
    expect([...(await unpacked(await read('dist/schemas-v5.2.1093.tar.gz'))).keys()]).toEqual(namesOf(...before));
    expect((await world.journal()).filter(({ key }) => key.startsWith('upload schemas-migrations/schemas/'))).toEqual([]);
  });
});

describe('an upload of the current schemas', () => {
  const upload = { component: 'migrator', version: 'v5.2.1234', base: '5.2' };

  it('uploads them, and never over any that are there', async () => {
    const { begin } = await stand();
    const first = await begin(upload, 'uploadCurrentSchemas');
    expect(await first.release.result()).toEqual({ kind: 'schemasUploaded', version: 'v5.2.1234', published: namesOf('v5.2.1234').map((name) => `schemas/${name}`) });
    const second = await begin(upload, 'uploadCurrentSchemas');
    expect(await second.release.result()).toMatchObject({ kind: 'schemasRefused', names: namesOf('v5.2.1234') });
  });

  it('completes one that was cut off', async () => {
    const { begin, read, store } = await stand();
    const first = await begin(upload, 'uploadCurrentSchemas');
    await first.release.result();
    for (const name of namesOf('v5.2.1234').slice(1)) await store.remove((await store.find(bucket, `schemas/${name}`))!);
    const second = await begin(upload, 'uploadCurrentSchemas');
    expect(await second.release.result()).toMatchObject({ kind: 'schemasUploaded', published: namesOf('v5.2.1234').map((name) => `schemas/${name}`) });
    for (const name of namesOf('v5.2.1234')) expect((await read(`schemas/${name}`)).length).toBeGreaterThan(0);
  });

  it('refuses to complete one that has other contents', async () => {
    const { world, begin, put, read } = await stand();
    const [first = ''] = namesOf('v5.2.1234');
    await put(`schemas/${first}`, 'other', `schemas/migrator/v5.2.1234 of an earlier day at ${await headOf(world, '5.2')}`);
    const { release } = await begin(upload, 'uploadCurrentSchemas');
    expect(await release.result()).toMatchObject({ kind: 'schemasRefused', reason: 'schemas-migrations holds other schemas of v5.2.1234', names: [`schemas/${first}`] });
    expect((await read(`schemas/${first}`)).toString()).toBe('other');
  });
});

/** A world with a worker of its own. */
async function stand(schemas = {}) {
  const world = await openWorld(servers.sandboxUrl(), { scenario: 'sourcegraph' });
  const catalog = await writeCatalog(world, { schemas });
  const taskQueue = world.name;
  onTestFinished(async () => {
    await catalog.remove();
    await world.close();
  });
  const worker = await another();
  const client = servers.client();
  const store = connectGcs({ endpoint: `${world.url}/gcs`, token: 'gcs-token' });
  let starts = 0;

  async function begin(input: object, type = 'schemaRelease') {
    const first = await client.workflow.start(type, { workflowId: `start-${taskQueue}-${(starts += 1)}`, taskQueue, args: [input] });
    const { to } = (await first.result()) as { to: string };
    onTestFinished(async () => {
      await client.workflow.getHandle(to).terminate().catch(() => undefined);
    });
    return { release: client.workflow.getHandle(to) as WorkflowHandle<() => Promise<Outcome>> };
  }

  async function another() {
    const started = await startWorker(workerEnvironment(world, { address: servers.address(), taskQueue, catalog: catalog.file }));
    onTestFinished(() => started.stop());
    return started;
  }

  async function read(name: string): Promise<Buffer> {
    const found = await store.find(bucket, name);
    if (!found) throw new Error(`${name} is not there`);
    return store.read(found);
  }

  async function put(name: string, text: string, key: string) {
    const content = Buffer.from(text);
    return store.create({ bucket, name, key, contentType: 'application/json', ...checksumsOf(content), content: () => Readable.from([content]) });
  }

  return { world, begin, read, store, put, worker, another };
}

/** As the UI does: the release begins anew with the plan that it has, under another run id. */
async function resetAfterPlanning(release: WorkflowHandle): Promise<WorkflowHandle> {
  const events = (await release.fetchHistory()).events ?? [];
  const planned = events.findIndex((event) => event.activityTaskCompletedEventAttributes);
  const next = events.slice(planned).find((event) => event.workflowTaskCompletedEventAttributes);
  await servers.client().workflowService.resetWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId: release.workflowId },
    workflowTaskFinishEventId: next!.eventId!,
    requestId: randomUUID(),
    reason: 'test',
  });
  return servers.client().workflow.getHandle(release.workflowId);
}

/** What was done more than once, but for the message that shows how far the release has come. */
async function repeated(world: World): Promise<readonly string[]> {
  const done = (await world.control<{ key: string; method: string }[]>('journal')).filter(({ key }) => !key.startsWith('message-edit '));
  const effects = done.map(({ key, method }) => `${method} ${key}`);
  return effects.filter((effect, index) => effects.indexOf(effect) < index);
}

/** What is built on this branch takes until `buildsEnd`. */
async function buildsForLong(world: World, branch: string): Promise<void> {
  await world.control('ci', { repository, branch, verdict: 'slow', afterMs: 600_000 });
}

/** The build of the branch's head ends so, and so will those of its coming commits. */
async function buildsEnd(world: World, branch: string, verdict: 'green' | 'red'): Promise<void> {
  await world.control('ci', { repository, branch, verdict });
  await world.control('ci', { repository, sha: await headOf(world, branch), verdict });
}

/** What a person does to the repository. */
async function asDana(world: World, method: string, path: string, body: object): Promise<void> {
  const headers = { authorization: 'Bearer person:dana', 'content-type': 'application/json' };
  const answer = await fetch(`${world.url}/api/v3/repos/${repository}/${path}`, { method, headers, body: JSON.stringify(body) });
  expect(answer.status).toBe(200);
}

async function reached(release: WorkflowHandle, what: string | RegExp): Promise<void> {
  const waiting = async () => {
    const seen = await release.query(status);
    return seen.waitingFor?.what ?? seen.outcome;
  };
  await expect.poll(waiting, { timeout: 30_000, interval: 100 }).toMatch(what);
}

/** What an operator reads in the Temporal UI. */
async function details(release: WorkflowHandle): Promise<string> {
  return (await release.query<{ currentDetails: string }>('__temporal_workflow_metadata')).currentDetails;
}

/** How often the release was told how far it has come. */
async function tellings(release: WorkflowHandle): Promise<number> {
  const { events } = await release.fetchHistory();
  return (events ?? []).filter(({ workflowExecutionSignaledEventAttributes: signal }) => signal?.signalName === 'progress').length;
}

async function depsFile(world: World, branch: string): Promise<string> {
  const response = await fetch(`${world.url}/api/v3/repos/${repository}/contents/tools/release/schema_deps.bzl?ref=${branch}`, {
    headers: { authorization: 'Bearer bot-token', accept: 'application/vnd.github.raw+json' },
  });
  return response.text();
}

async function headOf(world: World, branch: string): Promise<string> {
  const response = await fetch(`${world.url}/api/v3/repos/${repository}/branches/${branch}`, { headers: { authorization: 'Bearer bot-token' } });
  return ((await response.json()) as { commit: { sha: string } }).commit.sha;
}

async function unpacked(archive: Buffer): Promise<Map<string, Buffer>> {
  const entries = new Map<string, Buffer>();
  const tar = extract();
  tar.end(gunzipSync(archive));
  for await (const entry of tar) entries.set(entry.header.name, await buffer(entry));
  return entries;
}
