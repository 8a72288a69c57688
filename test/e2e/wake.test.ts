import { Client, Connection } from '@temporalio/client';
import type { WorkflowFailedError, WorkflowHandle } from '@temporalio/client';
import { activityInfo } from '@temporalio/activity';
import { CancelledFailure } from '@temporalio/common';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Activities } from '../../activities/index.ts';
import { notYet } from '../../ports/failures.ts';
import { abort, approve } from '../../workflows/people/messages.ts';
import { status, wake } from '../../workflows/release/messages.ts';
import { workflowBundle } from '../servers.ts';
import { plan, scriptedWorld } from '../workflows/scripted-world.ts';
import type { ReleaseOutcome } from '../../domain/component/outcome.ts';

/** The real server: that it ends a pause at once, and what it calls an attempt that fails after its cancellation, is its own affair. */
let connection: Connection;
let native: NativeConnection;
let worker: Worker;
let running: Promise<void>;

/** What each release's activities do, by its id: one worker serves them all. */
const worlds = new Map<string, Activities>();
const taskQueue = `wake-${process.pid}`;

/** Nothing but a wake makes a release look again within the test. */
const patient = { ...plan, pace: { ...plan.pace, poll: 3_600_000, sample: 3_600_000 } };
const green = { kind: 'green' } as const;

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const { address } = inject('temporal');
  [connection, native] = await Promise.all([Connection.connect({ address }), NativeConnection.connect({ address })]);
  const act = (name: keyof Activities) => (input: never) => worlds.get(activityInfo().workflowExecution!.workflowId)![name](input);
  const activities = Object.fromEntries(Object.keys(scriptedWorld().activities).map((name) => [name, act(name as keyof Activities)]));
  worker = await Worker.create({ connection: native, taskQueue, workflowBundle, activities });
  running = worker.run();
});
afterAll(async () => {
  worker?.shutdown();
  await running;
  await connection?.close();
  await native?.close();
});

describe('a wake', () => {
  it('ends the pause of a poll at once, for ten events', async () => {
    const ci = switchable();
    const { release, calls } = await start({ pipeline: ci.look });
    await pausing(release, 'pipeline');
    const before = await events(release);
    await release.signal(wake, { about: 'a check has ended' });
    await ci.looked(2);
    await pausing(release, 'pipeline');
    expect((await events(release)).length - before.length).toBe(10);

    ci.found(green);
    await release.signal(wake);
    await waitsFor(release, 'approval of production');
    expect(calls.filter((call) => call === 'pipeline')).toHaveLength(3);
    await finish(release);
  });

  it('makes a release look for a candidate, and at a deployment, at once', async () => {
    const candidates = switchable<Awaited<ReturnType<Activities['plan']>>>();
    const deployments = switchable<'succeeded'>();
    const { release, id } = await start({ plan: candidates.look, deployed: deployments.look });
    await candidates.looked(1);
    candidates.found({ ...patient, id });
    await release.signal(wake);
    await deployments.looked(1);
    deployments.found('succeeded');
    await release.signal(wake);
    await finish(release);
  });

  it('that comes while an attempt is under way makes it look once more, however many there are', async () => {
    const ci = switchable();
    const answer = ci.hold();
    const { release } = await start({ pipeline: ci.look });
    await ci.looked(1);
    for (let sent = 0; sent < 20; sent++) await release.signal(wake);
    answer();
    await ci.looked(2);
    await pausing(release, 'pipeline');
    expect(ci.looks()).toBe(2);
    expect((await events(release)).filter((event) => event.activityTaskCancelRequestedEventAttributes)).toHaveLength(1);
    ci.found(green);
    await release.signal(wake);
    await finish(release);
  });

  it('does not lose what the attempt under way finds', async () => {
    const ci = switchable();
    const answer = ci.hold();
    const { release } = await start({ pipeline: ci.look });
    await ci.looked(1);
    await release.signal(wake);
    ci.found(green);
    answer();
    await waitsFor(release, 'approval of production');
    expect(ci.looks()).toBe(1);
    await finish(release);
  });

  it('hastens no soak', async () => {
    const soak = switchable<object>();
    const { release } = await start({ soak: soak.look });
    await release.signal(approve.signal, { stage: 'production', by: 'alice' });
    await soak.looked(1);
    await release.signal(wake);
    await release.executeUpdate('abort', { args: [{ by: 'alice', reason: 'seen enough' }] });
    await release.result();
    expect(soak.looks()).toBe(1);
  });

  it('that nothing waits for changes nothing', async () => {
    const { release } = await start({});
    await waitsFor(release, 'approval of production');
    await release.signal(wake);
    await release.signal('wake', { about: { not: 'a text' } });
    expect(await release.query(status)).toMatchObject({ state: 'approval', refused: [] });
    await finish(release);
  });
});

describe('an attempt that is in the air', () => {
  it.each(['woken', 'not woken'])('and fails does not hide that the release was aborted meanwhile (%s)', async (woken) => {
    const ci = switchable();
    const answer = ci.hold();
    const { release } = await start({ pipeline: ci.look });
    await ci.looked(1);
    if (woken === 'woken') await release.signal(wake);
    await release.executeUpdate(abort.update, { args: [{ by: 'alice', reason: 'wrong week' }] });
    answer();
    expect(await release.result()).toMatchObject({ kind: 'aborted', by: 'alice', undone: ['the pull request on release/gitaly'] });
    expect(ci.looks()).toBe(1);
  });

  it('and fails does not hide that the release was cancelled meanwhile', async () => {
    const ci = switchable();
    const answer = ci.hold();
    const { release } = await start({ pipeline: ci.look });
    await ci.looked(1);
    await release.cancel();
    await expect.poll(async () => (await events(release)).some((event) => event.activityTaskCancelRequestedEventAttributes)).toBe(true);
    answer();
    const failure = await release.result().catch((error: unknown) => error);
    expect((failure as WorkflowFailedError).cause).toBeInstanceOf(CancelledFailure);
    expect((await release.describe()).status.name).toBe('CANCELLED');
  });
});

it('loses neither a wake nor a result when they race, and replays', async () => {
  const races = Array.from({ length: 20 }, async (_, race) => {
    const ci = switchable();
    const { release, id } = await start({ pipeline: ci.look });
    await ci.looked(1);
    const noise = Array.from({ length: 5 }, (_, n) => sleep((race * 7 + n * 11) % 97).then(() => release.signal(wake)));
    await sleep((race * 13) % 83);
    ci.found(green);
    await release.signal(wake);
    await Promise.all(noise);
    await finish(release);
    return { workflowId: id, history: await release.fetchHistory() };
  });
  const replayed = [];
  for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle }, await Promise.all(races))) replayed.push({ workflowId, error });
  expect(replayed).toHaveLength(20);
  expect(replayed.filter(({ error }) => error)).toEqual([]);
});

/** A poll that finds nothing until it is told what. */
function switchable<Found = { kind: 'green' }>() {
  let looks = 0;
  let result: Found | undefined;
  let held: Promise<void> | undefined;
  return {
    looks: () => looks,
    looked: (times: number) => expect.poll(() => looks, { timeout: 10_000, interval: 10 }).toBeGreaterThanOrEqual(times),
    found: (found: Found) => (result = found),
    /** The next attempt does not answer before this is called. */
    hold(): () => void {
      let answer = () => {};
      held = new Promise((resolve) => (answer = resolve));
      return answer;
    },
    async look(): Promise<Found> {
      looks++;
      const waiting = held;
      held = undefined;
      await waiting;
      if (result === undefined) throw notYet('nothing yet');
      return result;
    },
  };
}

async function start(script: Partial<Activities>) {
  const id = `release/gitaly/wake-${process.pid}-${worlds.size}`;
  const { activities, calls } = scriptedWorld({ plan: async () => ({ ...patient, id }), ...script });
  worlds.set(id, activities);
  const { workflow } = new Client({ connection });
  const release: WorkflowHandle<() => Promise<ReleaseOutcome>> = await workflow.start('componentRelease', { workflowId: id, taskQueue, args: [{ component: 'gitaly' }] });
  return { id, release, calls };
}

async function events(release: WorkflowHandle) {
  return (await release.fetchHistory()).events ?? [];
}

async function waitsFor(release: WorkflowHandle, what: string): Promise<void> {
  await expect.poll(async () => (await release.query(status)).waitingFor?.what, { timeout: 10_000, interval: 20 }).toBe(what);
}

/** Its last look was in vain, and the next one is an hour away. */
async function pausing(release: WorkflowHandle, activity: keyof Activities): Promise<void> {
  const pauses = async () => {
    const { pendingActivities, pendingWorkflowTask } = (await release.describe()).raw;
    return !pendingWorkflowTask && pendingActivities?.some(({ activityType, attempt }) => activityType?.name === activity && attempt === 2);
  };
  await expect.poll(pauses, { timeout: 10_000, interval: 20 }).toBe(true);
}

async function finish(release: WorkflowHandle<() => Promise<ReleaseOutcome>>): Promise<void> {
  await release.signal(approve.signal, { stage: 'production', by: 'alice' });
  expect(await release.result()).toMatchObject({ kind: 'released' });
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
