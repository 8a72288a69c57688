import { Client, Connection } from '@temporalio/client';
import type { WorkflowHandle } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import type { WorkerOptions, WorkflowBundle } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import type { ReleasePlan } from '../../domain/component/plan.ts';
import { rehearse } from '../../worker/rehearsal.ts';
import type { Rehearsed } from '../../worker/rehearsal.ts';
import { versioning } from '../../worker/versioning.ts';
import { approve } from '../../workflows/people/messages.ts';
import { status } from '../../workflows/release/messages.ts';
import { workflowBundle } from '../servers.ts';
import { plan, scriptedWorld } from '../workflows/scripted-world.ts';
import type { ScriptedWorld } from '../workflows/scripted-world.ts';
import { bundleNextBuild } from './next-build/bundle.ts';
import type { ReleaseOutcome } from '../../domain/component/outcome.ts';

type Release = WorkflowHandle<() => Promise<ReleaseOutcome>>;

const { address, namespace } = inject('temporal');
const stages: ReleasePlan['stages'] = [...plan.stages, { name: 'regions', environment: 'regions', promote: { kind: 'deployment' }, health: [] }];
const approval = { stage: 'production', by: 'alice' };

let native: NativeConnection;
let client: Client;
let nextBuild: WorkflowBundle;

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  native = await NativeConnection.connect({ address });
  client = new Client({ connection: await Connection.connect({ address }), namespace });
  nextBuild = await bundleNextBuild('guarded-stages');
});
afterAll(async () => {
  await client?.connection.close();
  await native?.close();
});

describe('a release that waits for approval while the build changes', () => {
  it('ends under the next build, which takes its new step from the next stage on', async () => {
    const release = await beginRelease('replaced');
    const old = await startBuild(release, { workflowBundle });
    await waitsForApproval(release);
    await old.stop();

    const next = await startBuild(release, { workflowBundle: nextBuild });
    await release.signal(approve.signal, approval);
    expect(await release.result()).toMatchObject({ kind: 'released', stages: ['staging', 'production', 'regions'] });
    expect(steps(old)).toEqual(['plan', 'openPullRequest', 'pipeline', 'mergePullRequest', 'promote staging', 'deployed', 'clearGate production']);
    expect(steps(next)).toEqual(['promote production', 'deployed', 'soak', 'base', 'promote regions', 'deployed', 'keepRecord']);
    // There is no way back: the old build doesn't know what the new one did.
    await expect(Worker.runReplayHistory({ workflowBundle }, await release.fetchHistory(), release.workflowId)).rejects.toThrow('TMPRL1100');
  });

  it('is found by a rehearsal when a build changed a step without a guard', async () => {
    const release = await beginRelease('unguarded');
    const old = await startBuild(release, { workflowBundle });
    await waitsForApproval(release);
    await old.stop();

    expect(await rehearsed(release, nextBuild)).toEqual([{ workflowId: release.workflowId, error: undefined }]);
    const unguarded = await bundleNextBuild('unguarded-stages');
    expect(await rehearsed(release, unguarded)).toEqual([{ workflowId: release.workflowId, error: expect.objectContaining({ message: expect.stringContaining('TMPRL1100') }) }]);
  });
});

describe('a release under worker versioning', () => {
  it('moves to the build that was made current, while the old one is still there, and keeps to its steps', async () => {
    const release = await beginRelease('versioned');
    const deployment = 'upgrade-test';
    const old = await startBuild(release, { workflowBundle, workerDeploymentOptions: versioning({ deployment, id: 'a' }) });
    await makeCurrent(deployment, 'a');
    await waitsForApproval(release);

    const next = await startBuild(release, { workflowBundle: nextBuild, workerDeploymentOptions: versioning({ deployment, id: 'b' }) });
    await release.signal(approve.signal, { ...approval, stage: 'nowhere' });
    await expect.poll(async () => (await release.query(status)).refused.length).toBe(1);
    expect(await buildsOf(release)).toEqual(['a']);

    await makeCurrent(deployment, 'b');
    await release.signal(approve.signal, approval);
    expect(await release.result()).toMatchObject({ kind: 'released' });
    expect(await buildsOf(release)).toEqual(['a', 'b']);
    expect(steps(old).at(-1)).toBe('clearGate production');
    expect(steps(old)).not.toContain('promote production');
    expect(steps(next)).toContain('promote production');
  });
});

/** Each release has a task queue of its own, so that no other build serves it. */
async function beginRelease(name: string): Promise<Release> {
  const workflowId = `release/gitaly/${name}`;
  return client.workflow.start('componentRelease', { workflowId, taskQueue: workflowId, args: [{ component: 'gitaly' }] });
}

interface RunningBuild extends ScriptedWorld {
  stop(): Promise<void>;
}

async function startBuild({ workflowId }: Release, options: Pick<WorkerOptions, 'workflowBundle' | 'workerDeploymentOptions'>): Promise<RunningBuild> {
  const world = scriptedWorld({ plan: async () => ({ ...plan, id: workflowId, stages }), soak: async () => ({}) });
  const worker = await Worker.create({ connection: native, namespace, taskQueue: workflowId, activities: world.activities, ...options });
  const running = worker.run();
  const stop = async () => {
    if (worker.getState() === 'RUNNING') worker.shutdown();
    await running;
  };
  onTestFinished(stop);
  return { ...world, stop };
}

async function waitsForApproval(release: Release): Promise<void> {
  await expect.poll(async () => (await release.query(status)).waitingFor?.what).toBe('approval of production');
}

/** A release whose queue is asked for must be found there first: lists lag behind. */
async function rehearsed({ workflowId: taskQueue }: Release, build: WorkflowBundle): Promise<readonly Rehearsed[]> {
  const found = async () => (await client.workflow.count(`TaskQueue = '${taskQueue}' AND ExecutionStatus = 'Running'`)).count;
  await expect.poll(found).toBe(1);
  const all: Rehearsed[] = [];
  for await (const one of rehearse({ client, taskQueue, build: { workflowBundle: build } })) all.push(one);
  return all;
}

function steps({ calls }: ScriptedWorld): string[] {
  return calls.filter((call) => !/^(report|claimEnvironment|leaveEnvironment)\b/.test(call));
}

/** What the operator's `temporal worker deployment set-current-version` does. The server has to have heard of the build before. */
async function makeCurrent(deploymentName: string, buildId: string): Promise<void> {
  const ask = () => client.workflowService.setWorkerDeploymentCurrentVersion({ namespace, deploymentName, buildId, identity: 'operator' });
  await expect.poll(() => ask().then(() => 'done', String), { timeout: 30_000, interval: 500 }).toBe('done');
}

/** The builds that have worked on a release's code, in the order of their first appearance. */
async function buildsOf(release: Release): Promise<string[]> {
  const { events } = await release.fetchHistory();
  return [...new Set((events ?? []).flatMap(({ workflowTaskCompletedEventAttributes: task }) => task?.deploymentVersion?.buildId ?? []))];
}
