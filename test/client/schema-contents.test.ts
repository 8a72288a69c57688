import { afterAll, beforeAll, expect, it } from 'vitest';
import type { MadeArchive } from '../../activities/schemas/archives.ts';
import { createSchemas } from '../../activities/schemas/index.ts';
import { connectGcs } from '../../ports/artifacts/gcs.ts';
import { fileCatalog } from '../../ports/catalog/file.ts';
import type { RunningReleases } from '../../ports/temporal/running-releases.ts';
import { forgeIn, oneAttempt, useSandbox } from '../ports/stand.ts';
import { openWorld, writeCatalog } from '../worlds.ts';
import { openStand } from './stand.ts';

const sandbox = useSandbox({ validated: false, gcs: true });
let stand: Awaited<ReturnType<typeof openStand>>;
let schemas: ReturnType<typeof createSchemas>;
let queue: string;

beforeAll(async () => {
  const world = await openWorld(sandbox.url(), { scenario: 'sourcegraph', released: 'all' });
  const catalog = await writeCatalog(world);
  const artifacts = connectGcs({ endpoint: `${world.url}/gcs`, token: 'gcs-token' });
  const releases = { status: async () => undefined } as Partial<RunningReleases> as RunningReleases;
  schemas = createSchemas({ catalog: fileCatalog(catalog.file), forge: forgeIn(world), artifacts, tellProgress: async () => undefined, releases, readLagMs: 0 });
  stand = await openStand('schema-contents');
  queue = await stand.worker({ listSchemaArchive: schemas.listSchemaArchive });
  return catalog.remove;
});
afterAll(() => stand?.close());

const typed = (version: string, ...more: string[]) => stand.slipway('schemas', 'migrator', version, '--task-queue', queue, ...more);

it('lists the tarball of a version: what is in it, and what has changed since the one before', async () => {
  expect(await typed('v5.3.4444')).toEqual({ exit: 1, stdout: 'there is no dist/schemas-v5.3.4444.tar.gz\n', stderr: '' });
  const plan = await schemas.planSchemas({ component: 'migrator', version: 'v5.3.4444', action: 'inject-current-schemas' });
  const made = (await oneAttempt({ scheduledTimestampMs: Date.now() }).run(() => schemas.makeArchive({ plan, key: `${plan.id} of today` }) as Promise<MadeArchive>)) as MadeArchive;
  const { exit, stdout, stderr } = await typed('v5.3.4444');
  expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' });
  const [first, url, by, changes, , heading, ...rows] = stdout.trimEnd().split('\n');
  expect(first).toBe(`dist/schemas-v5.3.4444.tar.gz: 291 files of 101 versions, ${made.size} bytes, sha256 ${made.sha256}`);
  expect([url, by]).toEqual([plan.url, `made by ${plan.id} of today`]);
  expect(changes).toBe('since dist/schemas-v5.2.4.tar.gz: v5.3.4444 came in');
  expect(heading).toMatch(/^version +schema +bytes +sha256$/);
  expect(rows).toHaveLength(291);
  expect(rows.filter((row) => row.startsWith('v5.3.4444 '))).toEqual(['codeinsights.', 'codeintel.', ''].map((part) => expect.stringMatching(new RegExp(`^v5\\.3\\.4444 +schema\\.${part.replace('.', '\\.')}json +\\d+ +[0-9a-f]{64}$`))));
  expect(JSON.parse((await typed('v5.3.4444', '--json')).stdout)).toMatchObject({ kind: 'listed', schemas: { length: 291 } });
});

it('says what is wrong with what is asked', async () => {
  expect(await typed('5.3')).toMatchObject({ exit: expect.not.toBeOneOf([0]), stderr: expect.stringContaining('"5.3" is no version') });
  expect(await stand.slipway('schemas', 'gitaly', 'v5.3.4444', '--task-queue', queue)).toMatchObject({ exit: expect.not.toBeOneOf([0]), stderr: expect.stringContaining('gitaly') });
});
