import type { WorkflowHandle } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { createVersions } from '../../../activities/versions/index.ts';
import type { Sha } from '../../../domain/code/commit.ts';
import type { Outcome } from '../../../domain/outcome.ts';
import type { PackageRequest } from '../../../domain/versions/request.ts';
import { abort, decide } from '../../../workflows/people/messages.ts';
import { status } from '../../../workflows/release/messages.ts';
import { versionStand } from '../../activities/versions/stand.ts';
import type { VersionStand } from '../../activities/versions/stand.ts';
import { workflowBundle } from '../../servers.ts';
import { attend, refusingOnce } from '../refusing.ts';
import { useTimeSkipping } from '../time-skipping.ts';

const server = useTimeSkipping();
let queues = 0;

let stand: VersionStand;
let later: Sha;

beforeEach(() => {
  const publish = 'publish: { kind: workflow, workflow: publish.yml, inputs: { key: "{key}", version: "{version}" } }';
  stand = versionStand({ versions: `{ production: { environment: production }, package: { registry: rubygems, url: "https://gems.example", name: gitaly, ${publish} } }` });
  stand.gitaly.commit('C', { VERSION: '12.9.0-rc4\n' });
  git('tag', '-a', '-m', 'Version v12.9.0-rc4', 'v12.9.0-rc4');
  later = stand.gitaly.commit('D', { d: '1\n' });
});

const git = (...args: readonly string[]) => stand.gitaly.git(...args);

async function start(request: Partial<PackageRequest> = {}, wrap: (activities: object) => object = (same) => same): Promise<{ readonly run: WorkflowHandle; readonly announced: string[] }> {
  const version = request.version ?? '12.9.0-rc4';
  const announced: string[] = [];
  const taskQueue = `packages-${queues++}`;
  const worker = await Worker.create({
    connection: server().nativeConnection,
    taskQueue,
    workflowBundle,
    activities: wrap({ ...createVersions(stand.ports), report: async () => undefined, announce: async ({ text }: { readonly text: string }) => void announced.push(text), keepRecord: async () => undefined }),
  });
  const running = worker.run();
  const run = await server().client.workflow.start('publishPackage', { taskQueue, workflowId: `package/gitaly/${version}`, args: [{ component: 'gitaly', version, ...request }] });
  onTestFinished(async () => {
    await run.terminate().catch(() => undefined);
    worker.shutdown();
    await running;
  });
  return { run, announced };
}

const result = async (run: WorkflowHandle) => (await run.result()) as Outcome;
const waiting = (run: WorkflowHandle, what: RegExp) => expect.poll(async () => (await run.query(status)).waitingFor?.what ?? '', { timeout: 40_000 }).toMatch(what);

it('dispatches the workflow on the tag, and asks the registry, which spells a candidate in its own way', async () => {
  stand.publishes = () => (stand.published.push('12.9.0.pre.rc4'), 'succeeded');
  const { run } = await start();
  expect(await result(run)).toEqual({ kind: 'packagePublished', name: 'gitaly', version: '12.9.0.pre.rc4' });
  expect(stand.publications).toEqual([{ key: 'package/gitaly/12.9.0-rc4', ref: 'v12.9.0-rc4', state: 'succeeded' }]);
  expect(await result((await start()).run)).toMatchObject({ kind: 'packagePublished', before: true });
  expect(stand.publications).toHaveLength(1);
});

it('comes to the same end though all that is asked is refused once', async () => {
  stand.publishes = () => (stand.published.push('12.9.0.pre.rc4'), 'succeeded');
  let refused: readonly string[] = [];
  const { run } = await start({}, (activities) => {
    const world = refusingOnce(activities);
    ({ refused } = world);
    return world.activities;
  });
  await attend(run);
  expect(await result(run)).toMatchObject({ kind: 'packagePublished' });
  expect(refused).toEqual(expect.arrayContaining(['startPublication', 'publicationEnded', 'packagePublished', 'keepRecord']));
});

it('takes a run that fails because it had been published for done', async () => {
  stand.publishes = () => (stand.published.push('12.9.0.pre.rc4'), 'failed');
  expect(await result((await start()).run)).toMatchObject({ kind: 'packagePublished' });
});

it('tells of a run that fails, and runs it again, once, when somebody says so', async () => {
  stand.publishes = () => 'failed';
  const { run, announced } = await start();
  await waiting(run, /gitaly 12\.9\.0\.pre\.rc4, whose publication failed: https:\/\/forge/);
  await expect.poll(() => announced).toEqual([expect.stringContaining('whose publication failed')]);
  stand.publishes = () => (stand.published.push('12.9.0.pre.rc4'), 'succeeded');
  await run.executeUpdate(decide.update, { args: [{ choice: 'retry', by: 'ann' }] });
  expect(await result(run)).toMatchObject({ kind: 'packagePublished' });
  expect(stand.publications.map(({ key }) => key)).toEqual(['package/gitaly/12.9.0-rc4', 'package/gitaly/12.9.0-rc4/2']);
});

it('asks about a run that went well and brought nothing to the registry, and is given up for a reason', async () => {
  stand.publishes = () => 'succeeded';
  const { run } = await start();
  await waiting(run, /has not brought to the registry/);
  await expect(run.executeUpdate(decide.update, { args: [{ choice: 'giveUp', by: 'ann' }] })).rejects.toThrow();
  await run.executeUpdate(decide.update, { args: [{ choice: 'giveUp', by: 'ann', reason: 'yanked' }] });
  expect(await result(run)).toEqual({ kind: 'packageGivenUp', by: 'ann', reason: 'yanked' });
});

it('can be aborted while people are asked', async () => {
  stand.publishes = () => 'failed';
  const { run } = await start();
  await waiting(run, /publication failed/);
  await run.executeUpdate(abort.update, { args: [{ by: 'ann', reason: 'no' }] });
  expect(await result(run)).toMatchObject({ kind: 'aborted' });
});

it.each<[string, () => Partial<PackageRequest>, RegExp]>([
  ['has no tag', () => ({ version: '12.9.0-rc5' }), /has no tag v12\.9\.0-rc5: release it first, or a candidate: slipway start versionRelease gitaly rc$/],
  ['lacks the commit that is wanted', () => ({ sha: later }), /^sha: v12\.9\.0-rc4 lacks [0-9a-f]{12}: cut a candidate first/],
  ['has a lightweight tag', () => (git('tag', 'v12.9.0-rc6', 'master'), { version: '12.9.0-rc6' }), /a lightweight one/],
  ['shares its commit with another tag', () => (git('tag', '-a', '-m', 'x', 'v12.9.0-rc7', 'v12.9.0-rc4^{commit}'), {}), /has the tags v12\.9\.0-rc4, v12\.9\.0-rc7/],
  ['is not what its version file says', () => (git('tag', '-a', '-m', 'x', 'v12.9.0-rc8', 'master'), { version: '12.9.0-rc8' }), /at v12\.9\.0-rc8 VERSION says 12\.9\.0-rc4/],
  ['is no version', () => ({ version: '--all' }), /^version: must be X\.Y\.Z/],
])('refuses a version that %s', async (_, given, reason) => {
  expect(await result((await start(given())).run)).toEqual({ kind: 'packageRefused', reason: expect.stringMatching(reason) });
  expect(stand.publications).toEqual([]);
});
