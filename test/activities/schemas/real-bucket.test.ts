import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createSchemas } from '../../../activities/schemas/index.ts';
import type { SchemaRequest } from '../../../domain/schemas/request.ts';
import { schemaPullRequestBody } from '../../../domain/schemas/pull-request-body.ts';
import { connectGcs } from '../../../ports/artifacts/gcs.ts';
import { fileCatalog } from '../../../ports/catalog/file.ts';
import type { RunningReleases } from '../../../ports/temporal/running-releases.ts';
import { readByMigrator, releasedNames, releasedVersions } from '../../domain/schemas/released-versions.ts';
import { forgeIn, oneAttempt, useSandbox } from '../../ports/stand.ts';
import { openWorld, writeCatalog } from '../../worlds.ts';
import type { World } from '../../worlds.ts';

const sandbox = useSandbox({ validated: false, gcs: true });
const bucket = 'schemas-migrations';
const paths = ['', '.codeintel', '.codeinsights'].map((part) => `internal/database/schema${part}.json`);
const ours = paths.map((path) => readByMigrator(path, 'v5.3.4444')).sort();
let world: World;

beforeAll(async () => {
  world = await openWorld(sandbox.url(), { scenario: 'sourcegraph', released: 'all' });
});

/** What a worker with the usual catalog does. */
async function worker() {
  const catalog = await writeCatalog(world);
  onTestFinished(catalog.remove);
  const artifacts = connectGcs({ endpoint: `${world.url}/gcs`, token: 'gcs-token' });
  const releases = { status: async () => undefined } as Partial<RunningReleases> as RunningReleases;
  const schemas = createSchemas({ catalog: fileCatalog(catalog.file), forge: forgeIn(world), artifacts, tellProgress: async () => undefined, releases, readLagMs: 0 });
  return { ...schemas, artifacts, planned: (request: Partial<SchemaRequest> = {}) => schemas.planSchemas({ component: 'migrator', version: 'v5.3.4444', action: 'inject-current-schemas', ...request }) };
}

function once<Answer>(activity: () => Promise<Answer>): Promise<Answer> {
  return oneAttempt({ scheduledTimestampMs: Date.now() }).run(activity) as Promise<Answer>;
}

describe('the bucket of the real project: 100 versions, 288 files of 22 to 688 kB', () => {
  it('holds what was released, in the real size', async () => {
    const { artifacts } = await worker();
    const stored = await artifacts.list(bucket, 'schemas/');
    expect(stored.map(({ name }) => name.slice('schemas/'.length)).sort()).toEqual([...releasedNames].sort());
    const sizes = stored.map(({ size }) => size);
    expect(Math.min(...sizes)).toBeGreaterThan(20_000);
    expect(Math.max(...sizes)).toBeGreaterThan(680_000);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeGreaterThan(50_000_000);
  });

  it('is taken as it is, whole and in the names that the migrator reads', async () => {
    const { planned, takeStock, makeArchive, listSchemaArchive, uploadSchemas } = await worker();
    const plan = await planned();
    const work = { plan, key: `${plan.id} of today` };
    expect(await once(() => takeStock(work))).toMatchObject({ kind: 'ready', files: 288, versions: releasedVersions });
    const made = await once(() => makeArchive(work));
    expect(made).toMatchObject({ kind: 'made', entries: 291, changes: { since: 'dist/schemas-v5.2.4.tar.gz', came: ['v5.3.4444'], went: [] } });
    if (made.kind !== 'made') return;
    expect(schemaPullRequestBody({ ...work, archive: made }).split('\n')).toContain('Since dist/schemas-v5.2.4.tar.gz: v5.3.4444 came in.');

    const listed = await once(() => listSchemaArchive({ component: 'migrator', version: 'v5.3.4444' }));
    expect(listed).toMatchObject({ kind: 'listed', sha256: made.sha256, size: made.size, changes: { since: 'dist/schemas-v5.2.4.tar.gz', came: ['v5.3.4444'], went: [], changed: [] } });
    if (listed.kind !== 'listed') return;
    expect(listed.schemas.map(({ name }) => name)).toEqual([...releasedNames, ...ours].sort());
    expect(await once(() => uploadSchemas(work))).toEqual({ kind: 'uploaded', names: ours.map((name) => `schemas/${name}`) });
  });

  it('gives an old line what is not above it', async () => {
    const { planned, takeStock, makeArchive } = await worker();
    const plan = await planned({ version: 'v5.1.3333' });
    expect(plan).toMatchObject({ into: '5.1', doubts: [] });
    const work = { plan, key: `${plan.id} of today` };
    const below = releasedVersions.filter((version) => !version.startsWith('v5.2.'));
    expect(await once(() => takeStock(work))).toMatchObject({ kind: 'ready', versions: below });
    expect(await once(() => makeArchive(work))).toMatchObject({ kind: 'made', changes: { since: 'dist/schemas-v5.1.9.tar.gz', came: ['v5.1.3333'], went: [] } });
  });
});
