import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { fileCatalog } from '../../activities/catalog/file.ts';
import type { Forge } from '../../activities/forge/forge.ts';
import { connectGitHub } from '../../activities/forge/github.ts';
import { createSchemaBuilds } from '../../activities/schema-builds.ts';
import { createSchemaPlanning } from '../../activities/schema-planning.ts';
import { createSchemaPullRequests } from '../../activities/schema-pull-requests.ts';
import type { DepsChange, OpenedDeps, SchemaPullRequest } from '../../activities/schema-pull-requests.ts';
import { startSandbox } from '../servers.ts';
import type { SandboxServer } from '../servers.ts';
import { openWorld, writeCatalog } from '../worlds.ts';
import type { World } from '../worlds.ts';

const repository = 'sourcegraph/sourcegraph';
const branch = 'schemas/v5.3.4444';

let sandbox: SandboxServer;
let world: World;
let forge: Forge;
let pulls: ReturnType<typeof createSchemaPullRequests>;
let change: DepsChange;

beforeAll(async () => {
  sandbox = await startSandbox({ gcs: true });
});
afterAll(() => sandbox?.stop());
beforeEach(async () => {
  world = await openWorld(sandbox.url, { scenario: 'sourcegraph' });
  const catalog = await writeCatalog(world);
  forge = as('bot-token');
  pulls = createSchemaPullRequests({ forge, readLagMs: 0 });
  const { planSchemas } = createSchemaPlanning({ catalog: fileCatalog(catalog.file), forge });
  const plan = await planSchemas({ component: 'migrator', version: 'v5.3.4444', action: 'inject-current-schemas' });
  change = { plan, key: `${plan.id} of today`, since: '2000-01-01T00:00:00Z', archive: archiveOf('a') };
  return async () => {
    await catalog.remove();
    await world.close();
  };
});

const as = (token: string) => connectGitHub({ baseUrl: `${world.url}/api/v3`, token, writeIntervalMs: 0 });

/** What the forge shows for a minute after this write is what was there before it. */
const hidden = (key: string) => world.control('faults', { match: { key }, action: { kind: 'staleReads', seconds: 60 } });

it('waits for a pull request that is not shown yet, instead of taking it for closed', async () => {
  await hidden(`pull ${repository} ${branch}→main`);
  const { number, head } = await open();
  await expect(build({ number, head })).rejects.toMatchObject({ type: 'NotYet', message: `#${number} is not shown yet` });
});

it('waits for its own commit that is not shown yet, instead of taking the one before for a push', async () => {
  const { number, head } = await open();
  await hidden(`edit ${repository}#${number} body`);
  await forge.pullRequests.rewrite(repository, number, 'Another body');
  const next = await forge.branches.write({ repository, parent: head, path: 'README.md', text: '', message: 'Go on', date: change.plan.date });
  await forge.branches.advance(repository, branch, { from: head, to: next });
  await expect(build({ number, head: next })).rejects.toMatchObject({ type: 'NotYet', message: `#${number} is shown at ${head}, before ${next}` });
});

it('moves its branch on, although that is not shown yet', async () => {
  const { number, head } = await open();
  await hidden(`ref ${repository} refs/heads/${branch}`);
  const amended = await within(() => pulls.amendSchemaPullRequest({ ...change, archive: archiveOf('b'), number, from: head }));
  expect((await forge.commits.range(repository, head, opened(amended).head)).total).toBe(1);
});

it('tells a push from what is not shown yet', async () => {
  const { number, head } = await open();
  await world.control('commit', { repository, branch, files: { 'main.go': 'package main' }, message: 'Push' });
  expect(await build({ number, head })).toEqual({ kind: 'moved' });
});

async function open(): Promise<OpenedDeps> {
  return opened(await within(() => pulls.openSchemaPullRequest(change)));
}

function opened(answer: SchemaPullRequest): OpenedDeps {
  if (answer.kind !== 'opened') throw new Error(answer.reason);
  return answer;
}

function build({ number, head: sha }: Pick<OpenedDeps, 'number' | 'head'>) {
  return createSchemaBuilds({ forge }).releaseBuild({ repository, number, sha, required: [] });
}

function archiveOf(digit: string): DepsChange['archive'] {
  return { sha256: digit.repeat(64), entries: 3, stock: { kind: 'ready', files: 3, size: 300, versions: ['v5.2.0'], digest: digit } };
}

function within<T>(activity: () => Promise<T>, { attempt = 1 } = {}): Promise<T> {
  return new MockActivityEnvironment({ startToCloseTimeoutMs: 60_000, attempt, currentAttemptScheduledTimestampMs: Date.now() }).run(activity);
}
