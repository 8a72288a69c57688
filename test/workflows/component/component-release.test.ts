import { WorkflowUpdateFailedError } from '@temporalio/client';
import type { WorkflowFailedError, WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { Worker } from '@temporalio/worker';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Objecting } from '../../../domain/component/component-record.ts';
import type { Activities } from '../../../activities/index.ts';
import type { ReleaseStatus } from '../../../domain/release/status.ts';
import { abort, approve, reject } from '../../../workflows/people/messages.ts';
import { status } from '../../../workflows/release/messages.ts';
import { workflowTypes } from '../../../workflows/unknown-workflow.ts';
import { workflowBundle } from '../../servers.ts';
import { useTimeSkipping } from '../time-skipping.ts';
import { candidate, never, pending, plan, scriptedWorld } from '../scripted-world.ts';
import type { ReleaseOutcome } from '../../../domain/component/outcome.ts';
import { shaOf } from '../../shas.ts';

const server = useTimeSkipping();
let queues = 0;

const approval = { stage: 'production', by: 'alice' };
const gitaly = { component: 'gitaly' };
const other = shaOf('f');

describe('a component release', () => {
  it('carries the candidate through every stage, in order, once production is approved', async () => {
    const { release, calls } = await start();
    await waitsFor(release, 'approval of production');
    await release.signal(approve.signal, approval);

    expect(await release.result()).toEqual({
      kind: 'released',
      candidate,
      pullRequest: 'https://forge/org/product/pull/7',
      stages: ['staging', 'production'],
    });
    expect(calls.filter((call) => !call.startsWith('report'))).toEqual([
      'plan',
      'openPullRequest',
      'pipeline',
      'mergePullRequest',
      'claimEnvironment staging',
      'promote staging',
      'deployed',
      'leaveEnvironment staging',
      'clearGate production',
      'claimEnvironment production',
      'promote production',
      'deployed',
      'soak',
      'leaveEnvironment production',
      'keepRecord',
    ]);
    expect(calls.filter((call) => call.startsWith('report')).map((call) => call.slice('report '.length))).toEqual([
      'opened https://forge/org/product/pull/7',
      'merged #7 into master',
      'deploying to staging',
      'production waits for approval',
      'deploying to production, approved by alice',
      'deployed to production, approved by alice: https://forge/runs/production',
      'released through staging, production',
    ]);
  });

  it('keeps an approval that came before anybody asked for it', async () => {
    let unblock = () => {};
    const { release } = await start({ pipeline: () => new Promise((resolve) => (unblock = () => resolve({ kind: 'green' }))) });
    await waitsFor(release, 'the pipeline of #7');
    await release.signal(approve.signal, approval);
    unblock();
    expect(await release.result()).toMatchObject({ kind: 'released' });
  });

  it('ends as up to date, and writes nothing, when nothing is newer than what is pinned', async () => {
    const { release, calls } = await start({ plan: async () => ({ kind: 'upToDate', pinned: plan.pinned }) });
    expect(await release.result()).toEqual({ kind: 'upToDate', pinned: plan.pinned });
    expect(calls).toEqual(['plan']);
  });

  it('asks for as many different people as the catalog says', async () => {
    const production = { ...plan.stages[1]!, approval: { approvers: ['alice', 'bob'], required: 2 } };
    const { release } = await start({ plan: async () => ({ ...plan, id: 'release/gitaly/two-people', stages: [production] }) }, { typedId: 'release/gitaly/two-people' });
    await waitsFor(release, 'approval of production by 2 people');
    await release.executeUpdate(approve.update, { args: [approval] });
    await release.executeUpdate(approve.update, { args: [approval] });
    expect((await release.query(status)).decisions).toHaveLength(1);
    expect((await release.query(status)).state).toBe('approval');
    await release.executeUpdate(approve.update, { args: [{ stage: 'production', by: 'bob' }] });
    expect(await release.result()).toMatchObject({ kind: 'released' });
  });
});

describe('a release that does not get to its end', () => {
  it('ends as rejected, promotes nothing more, and says what stays', async () => {
    const objections: Objecting[] = [];
    const { release, calls } = await start({ object: async (objecting) => void objections.push(objecting) });
    await waitsFor(release, 'approval of production');
    await release.signal(reject.signal, { ...approval, reason: 'the incident' });
    expect(await release.result()).toEqual({
      kind: 'rejected',
      stage: 'production',
      by: 'alice',
      reason: 'the incident',
      undone: [],
      stays: ['#7 is merged', 'staging runs it', 'gitaly is halted: slipway lift gitaly --by <you>; to take its pin back: slipway start takePinBack gitaly --by <you> --reason <why>'],
      owed: [],
    });
    expect(calls).not.toContain('promote production');
    expect(objections).toEqual([{ component: 'gitaly', key: expect.stringMatching(/^release\/gitaly\/[\w-]+\/rejected\/cccccccccccc\/.*Z$/), release: release.workflowId, by: 'alice', reason: 'cccccccccccc was rejected at production: the incident', halts: true, pinned: candidate }]);
  });

  it('withdraws its pull request when it is aborted before the merge', async () => {
    const { release, calls } = await start({ pipeline: pending });
    await waitsFor(release, 'the pipeline of #7');
    await release.executeUpdate(abort.update, { args: [{ by: 'alice', reason: 'wrong week' }] });
    expect(await release.result()).toEqual({
      kind: 'aborted',
      by: 'alice',
      reason: 'wrong week',
      undone: ['the pull request on release/gitaly'],
      stays: [],
      owed: [],
    });
    expect(calls).toContain('withdrawPullRequest');
    expect(calls).not.toContain('mergePullRequest');
  });

  it('leaves the merge when it is aborted after it, and says so', async () => {
    const { release, calls } = await start();
    await waitsFor(release, 'approval of production');
    await release.signal(abort.signal, { by: 'bob', reason: 'incident' });
    expect(await release.result()).toMatchObject({ kind: 'aborted', stays: ['#7 is merged', 'staging runs it'], undone: [] });
    expect(calls).not.toContain('withdrawPullRequest');
  });

  it('can be aborted before it has a plan', async () => {
    const { release, calls } = await start({ plan: pending });
    await until(() => calls.includes('plan'));
    await release.signal(abort.signal, { by: 'bob', reason: 'mistake' });
    expect(await release.result()).toMatchObject({ kind: 'aborted', undone: [], stays: [], owed: [] });
  });

  it('takes the Cancel button for an abort: compensates, and ends as cancelled', async () => {
    const { release, calls } = await start({ pipeline: pending });
    await waitsFor(release, 'the pipeline of #7');
    await release.cancel();
    const failure = await release.result().catch((error: unknown) => error);
    expect((failure as WorkflowFailedError).cause).toBeInstanceOf(CancelledFailure);
    expect(calls).toContain('withdrawPullRequest');
    expect(await release.query(status)).toMatchObject({ outcome: 'cancelled from the Temporal UI', undone: ['the pull request on release/gitaly'] });
  });

  it('names what it could not take back', async () => {
    const { release } = await start({ pipeline: pending, withdrawPullRequest: never('no permission to close') });
    await waitsFor(release, 'the pipeline of #7');
    await release.signal(abort.signal, { by: 'alice', reason: 'wrong week' });
    expect(await release.result()).toMatchObject({ kind: 'aborted', undone: [], owed: ['take back the pull request on release/gitaly'] });
  });

  it('withdraws even what it never heard back about', async () => {
    const { release, calls } = await start({ openPullRequest: never('branch protection') });
    await waitsFor(release, 'opening the pull request: branch protection');
    await release.signal(abort.signal, { by: 'olga', reason: 'not this week' });
    expect(await release.result()).toMatchObject({ kind: 'aborted' });
    expect(calls).toContain('withdrawPullRequest');
  });

  it('respects a person who closed the pull request', async () => {
    const { release } = await start({ mergePullRequest: async () => ({ kind: 'closed', by: 'carol' }) });
    expect(await release.result()).toMatchObject({ kind: 'closed', by: 'carol' });
  });

  it('goes on when the chat is down, and says whom it could not tell', async () => {
    const { release } = await start({ report: never('channel_not_found') });
    await release.signal(approve.signal, approval);
    expect(await release.result()).toMatchObject({ kind: 'released' });
    expect((await release.query(status)).owed).toContain('tell #progress: deploying to staging');
  });
});

describe('what people type', () => {
  it.each([
    ['nothing', [], 'expected one JSON object, got nothing. Send for example {"component":"gitaly"}'],
    ['text', ['gitaly'], 'expected one JSON object, got "gitaly"'],
    ['a list', [[gitaly]], 'expected one JSON object, got [{"component":"gitaly"}]'],
    ['an unknown key', [{ compnent: 'gitaly' }], 'unknown key "compnent": did you mean "component"? Known: component, sha, by, reason, dryRun'],
    ['no component', [{}], 'component: missing: must be text'],
    ['a short SHA', [{ ...gitaly, sha: 'abc' }], 'sha: must be a full commit SHA of 40 hex digits, not "abc"'],
  ])('ends at once, with a clear error, when it is started with %s', async (_, args, message) => {
    const { release } = await start({}, { args });
    const failure = await release.result().catch((error: unknown) => error);
    expect(rootMessage(failure)).toContain(message);
  });

  it('names the workflow that was meant when its type is mistyped', async () => {
    const { release } = await start({}, { type: 'componentRelaese' });
    const failure = await release.result().catch((error: unknown) => error);
    expect(rootMessage(failure)).toBe(`unknown workflow type "componentRelaese": did you mean "componentRelease"? Known: ${workflowTypes.join(', ')}`);
  });

  it.each([
    ['an unknown stage', { stage: 'prod', by: 'alice' }, 'unknown stage "prod": did you mean "production"? Known: staging, production. Open for votes: production'],
    ['a stage that needs none', { stage: 'staging', by: 'alice' }, 'stage "staging" needs no approval'],
    ['somebody who may not', { stage: 'production', by: 'mallory' }, '"mallory" may not decide on stage "production". Its approvers: alice, bob'],
    ['another SHA', { ...approval, sha: shaOf('f') }, `the vote is for ${shaOf('f')}, but this release carries ${candidate}`],
    ['an unknown key', { ...approval, stgae: 'x' }, 'unknown key "stgae": did you mean "stage"?'],
    ['a plain string', 'yes' as never, 'expected one JSON object, got "yes"'],
    ['nothing', undefined as never, 'expected one JSON object, got nothing'],
  ])('refuses a vote for %s, as a Signal and as an Update, and waits on', async (_, vote, why) => {
    const { release } = await start();
    await waitsFor(release, 'approval of production');
    await release.signal(approve.signal, vote);
    const refused = await release.executeUpdate(approve.update, { args: [vote] }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(WorkflowUpdateFailedError);
    expect(rootMessage(refused)).toContain(why);

    const { refused: recorded, state } = await release.query(status);
    expect(recorded).toEqual([{ message: 'approve', why: expect.stringContaining(why), at: expect.any(String) }]);
    expect(state).toBe('approval');
    await release.executeUpdate(approve.update, { args: [{ ...approval, sha: candidate }] });
    expect(await release.result()).toMatchObject({ kind: 'released' });
  });

  it('records a message of an unknown name', async () => {
    const { release } = await start();
    await waitsFor(release, 'approval of production');
    await release.signal('aprove', approval);
    expect((await release.query(status)).refused).toMatchObject([
      { message: 'aprove', why: 'unknown message "aprove": did you mean "approve"? Known: approve, reject, decide, pause, resume, abort, candidate, wake' },
    ]);
    const refused = await release.executeUpdate('aprove', { args: [approval] }).catch((error: unknown) => error);
    expect(rootMessage(refused)).toContain('did you mean "approve"?');
    await release.signal(abort.signal, { by: 'alice', reason: 'enough' });
    await release.result();
  });

  it('hands over to the right release when it was started under another id', async () => {
    const { id, release, client } = await start({}, { typedId: 'typed by hand' });
    expect(await release.result()).toEqual({ kind: 'handedOver', to: id });
    const right = client.workflow.getHandle(id);
    await waitsFor(right, 'approval of production');
    await right.signal(approve.signal, approval);
    expect(await right.result()).toMatchObject({ kind: 'released' });
  });

  it('hands over to the release that runs already', async () => {
    const { id, release, client, taskQueue } = await start();
    await waitsFor(release, 'approval of production');
    const second = await client.workflow.start('componentRelease', { workflowId: 'again', taskQueue, args: [gitaly] });
    expect(await second.result()).toEqual({ kind: 'handedOver', to: id });
    await release.signal(abort.signal, { by: 'alice', reason: 'enough' });
    await release.result();
  });

  it.each([
    ['hands over to it where it carries the commit that was asked for', candidate, { kind: 'handedOver', to: expect.any(String) }],
    ['says so where it carries another one', other, { kind: 'underWay', release: expect.any(String), candidate: other, asked: candidate }],
  ])('finds its release running already, and %s', async (_, carried, outcome) => {
    const { release, client, taskQueue } = await start({ carriedBy: async () => carried });
    await waitsFor(release, 'approval of production');
    const second = await client.workflow.start('componentRelease', { workflowId: `again/${taskQueue}`, taskQueue, args: [{ ...gitaly, sha: candidate }] });
    expect(await second.result()).toEqual(outcome);
    await release.signal(abort.signal, { by: 'alice', reason: 'enough' });
    await release.result();
  });
});

async function start(
  script: Partial<Activities> = {},
  { args = [gitaly], type = 'componentRelease', typedId }: { args?: unknown[]; type?: string; typedId?: string } = {},
) {
  const taskQueue = `queue-${queues++}`;
  const id = `release/gitaly/${taskQueue}`;
  const { activities, calls } = scriptedWorld({ plan: async () => ({ ...plan, id }), ...script });
  const worker = await Worker.create({ connection: server().nativeConnection, taskQueue, workflowBundle, activities });
  const running = worker.run();
  onTestFinished(async () => {
    worker.shutdown();
    await running;
  });
  const { client } = server();
  const release: WorkflowHandle<() => Promise<ReleaseOutcome>> = await client.workflow.start(type, { workflowId: typedId ?? id, taskQueue, args });
  return { id, release, calls, client, taskQueue };
}

async function waitsFor(release: Pick<WorkflowHandle, 'query'>, what: string): Promise<ReleaseStatus> {
  let seen: ReleaseStatus | undefined;
  await until(async () => {
    seen = await release.query(status);
    return seen.waitingFor?.what === what;
  });
  return seen!;
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  await expect.poll(holds, { timeout: 10_000, interval: 20 }).toBe(true);
}

function rootMessage(failure: unknown): string {
  let root = failure;
  while (root instanceof Error && root.cause instanceof Error) root = root.cause;
  if (root instanceof ApplicationFailure || root instanceof Error) return root.message;
  throw new Error(`expected a failure, got ${JSON.stringify(failure)}`);
}
