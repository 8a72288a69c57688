import { beforeEach, describe, expect, it } from 'vitest';
import { createSchemaPlanning } from '../../../activities/schemas/planning.ts';
import type { SchemaPlan } from '../../../domain/schemas/plan.ts';
import type { SchemaRequest } from '../../../domain/schemas/request.ts';
import type { ReleaseStatus } from '../../../domain/release/status.ts';
import { fileCatalog } from '../../../ports/catalog/file.ts';
import type { Forge } from '../../../ports/forge/forge.ts';
import type { RunningReleases } from '../../../ports/temporal/running-releases.ts';
import { openWorld, writeCatalog } from '../../worlds.ts';
import type { World } from '../../worlds.ts';
import { forgeIn, oneAttempt, useSandbox } from '../../ports/stand.ts';

const sandbox = useSandbox({ gcs: true });
const repository = 'sourcegraph/sourcegraph';
let world: World;
let forge: Forge;
let catalogs: { readonly remove: () => Promise<void> }[];

beforeEach(async () => {
  world = await openWorld(sandbox.url(), { scenario: 'sourcegraph' });
  forge = forgeIn(world);
  catalogs = [];
  return async () => {
    for (const { remove } of catalogs) await remove();
    await world.close();
  };
});

async function planning({ schemas = {}, status, runs = true }: { readonly schemas?: object; readonly status?: Partial<ReleaseStatus>; readonly runs?: boolean } = {}) {
  const catalog = await writeCatalog(world, { schemas });
  catalogs.push(catalog);
  const releases = { status: async () => status, isRunning: async () => runs } as Partial<RunningReleases> as RunningReleases;
  return createSchemaPlanning({ catalog: fileCatalog(catalog.file), forge, releases });
}

async function plan(request: Partial<SchemaRequest>, schemas: object = {}) {
  const { planSchemas } = await planning({ schemas });
  return (await oneAttempt().run(() => planSchemas({ component: 'migrator', version: 'v5.3.4444', action: 'inject-current-schemas', ...request }))) as SchemaPlan;
}

describe('the base of a version', () => {
  it.each([
    ['v5.1.3333', '5.1'],
    ['v5.2.1234', '5.2'],
    ['v5.3.4444', 'main'],
  ] as const)('is the branch of its line, once there is one: %s', async (version, base) => {
    expect(await plan({ version })).toMatchObject({ into: base, candidate: await forge.branches.find(repository, base), doubts: [], named: { kind: 'named' } });
  });

  it('is what the catalog says, where the names of branches do not', async () => {
    expect(await plan({ version: 'v5.3.4444' }, { lines: { '5.3': '5.2' } })).toMatchObject({ into: '5.2' });
    expect(await plan({ version: 'v5.1.3333' }, { lineBranch: 'release/{line}' })).toMatchObject({ into: 'main' });
  });

  it('is doubted where it is another one, or where the version is far from what its builds take', async () => {
    expect(await plan({ version: 'v5.1.3333', base: 'main' })).toMatchObject({ into: 'main', doubts: [expect.stringContaining('which 5.1 carries, not main'), expect.stringContaining('v5.1.3333 is below that')] });
    expect(await plan({ version: 'v53.4.444' })).toMatchObject({ doubts: [expect.stringContaining('v53.4.444 is far beyond that')] });
  });
});

describe('the commit that is released', () => {
  it('may be named, if it is on the base', async () => {
    const candidate = (await forge.branches.find(repository, 'main'))!;
    await world.control('commit', { repository, branch: 'main', files: { 'main.go': 'package main' }, message: 'Develop' });
    expect(await plan({ ref: candidate })).toMatchObject({ candidate, ref: candidate, into: 'main' });
    await expect(plan({ ref: candidate, base: '5.1' })).rejects.toMatchObject({ type: 'InvalidInput', message: `ref: ${candidate} is not on 5.1 of ${repository}; name its branch as the base` });
  });

  it('may be named by a tag, which must be there', async () => {
    await expect(plan({ ref: 'v5.3.4444-rc.1' })).rejects.toMatchObject({ type: 'InvalidInput', message: `ref: ${repository} has no tag v5.3.4444-rc.1; give a tag, or a full commit SHA` });
    const candidate = (await forge.branches.find(repository, 'main'))!;
    forge = { ...forge, tags: { ...forge.tags, find: async (_, tag) => (tag === 'v5.3.4444-rc.1' ? candidate : undefined) } };
    expect(await plan({ ref: 'v5.3.4444-rc.1' })).toMatchObject({ candidate, ref: 'v5.3.4444-rc.1' });
  });
});

it('tells what the release of a version does that runs already, if that is something else', async () => {
  const asked = await plan({});
  const differing = async (does: string | undefined, { runs = true } = {}) => {
    const { differingRelease } = await planning({ runs, ...(does !== undefined && { status: { does } }) });
    return oneAttempt().run(() => differingRelease(asked));
  };
  expect(await differing('inject-current-schemas from main')).toBeUndefined();
  expect(await differing('inject-current-schemas from 5.1')).toBe('inject-current-schemas from 5.1');
  await expect(differing(undefined)).rejects.toMatchObject({ type: 'Unavailable' });
  await expect(differing(undefined, { runs: false })).rejects.toMatchObject({ type: 'Conflict', nonRetryable: true, message: 'schemas/migrator/v5.3.4444 has just ended, before it could say what it does: start it again' });
});
