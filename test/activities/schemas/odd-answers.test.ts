import { beforeEach, describe, expect, it } from 'vitest';
import type { MadeArchive } from '../../../activities/schemas/archives.ts';
import { createSchemas } from '../../../activities/schemas/index.ts';
import type { OpenedDeps } from '../../../activities/schemas/pull-requests.ts';
import { doubting } from '../../../activities/doubt.ts';
import type { SchemaPlan } from '../../../domain/schemas/plan.ts';
import { connectGcs } from '../../../ports/artifacts/gcs.ts';
import type { ArtifactStore } from '../../../ports/artifacts/store.ts';
import { fileCatalog } from '../../../ports/catalog/file.ts';
import type { RunningReleases } from '../../../ports/temporal/running-releases.ts';
import { openWorld, writeCatalog } from '../../worlds.ts';
import type { World } from '../../worlds.ts';
import { forgeIn, oneAttempt, useSandbox } from '../../ports/stand.ts';

const bucket = 'schemas-migrations';
const repository = 'sourcegraph/sourcegraph';
const file = 'tools/release/schema_deps.bzl';
const tarball = 'dist/schemas-v5.3.4444.tar.gz';
const request = { component: 'migrator', version: 'v5.3.4444', action: 'inject-current-schemas' } as const;
const contents = 'GET /repos/{owner}/{repo}/contents/{path}';
const missing = { kind: 'fail', status: 404, body: { message: 'Not Found' } };

const sandbox = useSandbox({ validated: false, gcs: true });
let world: World;
let store: ArtifactStore;
let schemas: ReturnType<typeof createSchemas>;
let plan: SchemaPlan;
let work: { readonly plan: SchemaPlan; readonly key: string };

beforeEach(async () => {
  world = await openWorld(sandbox.url(), { scenario: 'sourcegraph' });
  const catalog = await writeCatalog(world);
  store = connectGcs({ endpoint: `${world.url}/gcs`, token: 'gcs-token' });
  const releases = { status: async () => undefined } as Partial<RunningReleases> as RunningReleases;
  schemas = createSchemas({ catalog: fileCatalog(catalog.file), forge: forgeIn(world), artifacts: store, tellProgress: async () => undefined, releases, readLagMs: 0 });
  plan = await schemas.planSchemas(request);
  work = { plan, key: `${plan.id} of today` };
  return async () => {
    await catalog.remove();
    await world.close();
  };
});

let activities = 0;

/** An activity, as one that is tried again and again. */
async function inTheEnd<Given, Result>(activity: (given: Given) => Promise<Result>, given: Given): Promise<{ readonly result: Result; readonly attempts: number }> {
  const doubted = doubting(activity, 60_000);
  const activityId = `odd ${activities++}`;
  for (let attempts = 1; ; attempts += 1) {
    try {
      const result = (await oneAttempt({ activityId, attempt: attempts, startToCloseTimeoutMs: 60_000, scheduledTimestampMs: Date.now() }).run(() => doubted(given))) as Result;
      return { result, attempts };
    } catch (failure) {
      expect(failure).toMatchObject({ nonRetryable: false });
      expect(attempts).toBeLessThan(5);
    }
  }
}

const fault = (route: string, nth = 1, action: object = missing) => world.control('faults', { match: { route, nth }, action });
const made = async () => (await inTheEnd(schemas.makeArchive, work)).result as MadeArchive;
const opened = async (archive: MadeArchive) => (await inTheEnd(schemas.openSchemaPullRequest, { ...work, archive })).result as OpenedDeps;

describe('what a release has read before is not missing because of one answer', () => {
  it.each([
    ['the base', 'GET /repos/{owner}/{repo}/git/ref/{ref}', { base: 'main' }],
    ['the file that names the tarball', contents, {}],
  ])('when it is planned: %s', async (_, route, more) => {
    // The first is the branch of its line, which there need not be.
    await fault(route, route === contents ? 1 : 2);
    expect(await inTheEnd(schemas.planSchemas, { ...request, ...more })).toMatchObject({ attempts: 2, result: { named: { kind: 'named' }, candidate: plan.candidate } });
  });

  it('when its commit is looked at', async () => {
    await fault(contents);
    expect(await inTheEnd(schemas.takeStock, work)).toMatchObject({ attempts: 2, result: { kind: 'ready' } });
  });

  it('when its pull request is opened, and amended', async () => {
    const archive = await made();
    await fault(contents);
    const first = await inTheEnd(schemas.openSchemaPullRequest, { ...work, archive });
    expect(first).toMatchObject({ attempts: 2, result: { kind: 'opened' } });
    await fault(contents);
    const amended = await inTheEnd(schemas.amendSchemaPullRequest, { ...work, archive: { ...archive, sha256: 'b'.repeat(64) }, pull: first.result as OpenedDeps });
    expect(amended).toMatchObject({ attempts: 2, result: { kind: 'opened' } });
  });

  it('when its schemas are published, of which some are public', async () => {
    await world.control('faults', { match: { key: `upload ${bucket}/schemas/v5.3.4444-internal_database.schema.codeintel.json` }, action: { kind: 'fail', status: 503 } });
    // Four reads of the first attempt: the folder, and three files.
    await fault(contents, 5);
    expect(await inTheEnd(schemas.uploadSchemas, work)).toMatchObject({ attempts: 3, result: { kind: 'uploaded', names: { length: 3 } } });
  });

  it('when its tarball is taken back, which builds may take', async () => {
    const { sha256 } = await made();
    const named = (await forgeIn(world).commits.read(repository, file, 'main'))!.replace('schemas-v5.2.1093', 'schemas-v5.3.4444').replace(/5e1c[0-9a-f]{60}/, sha256);
    await world.control('commit', { repository, branch: 'main', files: { [file]: named }, message: 'Merge it by hand' });
    await fault(contents);
    expect(await inTheEnd(schemas.withdrawArchive, work)).toMatchObject({ attempts: 2, result: { kind: 'used', branch: 'main' } });
    expect(await store.find(bucket, tarball)).toBeDefined();
  });
});

describe('a page of something in between', () => {
  const page = { kind: 'fail', status: 404, headers: { 'content-type': 'text/html' }, body: '<!doctype html><h1>Not here</h1>' };

  it('is no sign that a tarball is gone', async () => {
    await made();
    await world.control('faults', { match: { route: 'GET /b/{bucket}/o/{object}' }, action: page });
    expect(await inTheEnd(schemas.withdrawArchive, { ...work, made: true })).toMatchObject({ attempts: 2, result: { kind: 'removed' } });
    expect(await store.find(bucket, tarball)).toBeUndefined();
  });

  it('is no sign that a pull request, or its build, is', async () => {
    const pull = await opened(await made());
    for (const status of [404, 403, 422, 200]) {
      await fault('GET /repos/{owner}/{repo}/pulls/{pull_number}', 1, { ...page, status });
      const question = { repository, number: pull.number, sha: pull.head, base: 'main', method: 'merge' as const, file };
      expect(await inTheEnd(schemas.mergeOutlook, question).catch((failure: unknown) => failure)).toMatchObject({ result: { kind: 'clear' } });
    }
  });
});
