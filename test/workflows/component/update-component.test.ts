import { Worker } from '@temporalio/worker';
import { expect, it, onTestFinished } from 'vitest';
import type { Activities } from '../../../activities/index.ts';
import type { Planned, PlanRequest } from '../../../activities/component/planning.ts';
import { status } from '../../../workflows/release/messages.ts';
import { workflowBundle } from '../../servers.ts';
import { useTimeSkipping } from '../time-skipping.ts';
import { inTurn } from '../release-stand.ts';
import { candidate, never, pending, pinned, plan, scriptedWorld } from '../scripted-world.ts';
import { shortSha } from '../../../domain/code/commit.ts';

const server = useTimeSkipping();
let queues = 0;

const warning = { channel: '#mirror', key: 'mirror', text: 'the mirror' };

it('offers the newest green commit to its release, and writes nothing itself', async () => {
  const offers: unknown[] = [];
  const { outcome, calls } = await run({ offer: async (offered) => void offers.push(offered) });
  expect(outcome).toEqual({ kind: 'handedOver', to: plan.id });
  expect(offers).toEqual([{ release: plan.id, component: 'gitaly', sha: candidate }]);
  expect(calls).toEqual(['plan', 'offer']);
});

it('says what its release waits for people for', async () => {
  const waitsFor = 'opening the pull request: the branch may not be created, by somebody, since 2026-01-05T10:00:00Z';
  const { handle } = await begin({ offer: async () => waitsFor });
  expect(await handle.result()).toEqual({ kind: 'handedOver', to: plan.id, waitsFor });
  expect((await handle.query(status)).outcome).toBe(`handed over to ${plan.id}, which waits for ${waitsFor}`);
});

it('tells the team of what keeps it from looking, and ends as failed', async () => {
  const told: unknown[] = [];
  await expect(run({ plan: never('the catalog has a mistake'), raiseAlarm: async (alarm) => void told.push(alarm) })).rejects.toThrow();
  expect(told).toEqual([{ component: 'gitaly', key: expect.stringMatching(/\/end$/), text: 'gitaly: updateComponent failed: the catalog has a mistake' }]);
});

it('ends as up to date, and offers nothing', async () => {
  const { outcome, calls } = await run({ plan: async () => ({ kind: 'upToDate', pinned }) });
  expect(outcome).toEqual({ kind: 'upToDate', pinned });
  expect(calls).toEqual(['plan']);
});

it('tells the owners of a red mirror, and ends', async () => {
  const told: unknown[] = [];
  const failed = [{ name: 'test' }];
  const { outcome } = await run({
    plan: async () => ({ kind: 'noCandidate', sha: candidate, failed, warning }),
    announce: async (announcement) => void told.push(announcement),
  });
  expect(outcome).toEqual({ kind: 'noCandidate', sha: candidate, failed });
  expect(told).toEqual([warning]);
});

const behind: Planned = { kind: 'waiting', waitingFor: 'c0ffee of org/gitaly', patience: 900_000, warning };

it('waits for a mirror that lags behind, and goes on by itself', async () => {
  const asked: PlanRequest[] = [];
  const { outcome, calls } = await run({ plan: recording(asked, inTurn<Planned>(behind, plan)) });
  expect(outcome).toEqual({ kind: 'handedOver', to: plan.id });
  expect(asked).toEqual([{ component: 'gitaly', isHourly: true }, { component: 'gitaly', isHourly: true, patient: { until: expect.any(Number) } }]);
  expect(calls).toEqual(['plan', 'plan', 'offer']);
});

it('tells the owners of a mirror that lags behind for long, and waits on', async () => {
  const asked: PlanRequest[] = [];
  const { outcome, calls } = await run({ plan: recording(asked, inTurn<Planned>(behind, behind, plan)) });
  expect(outcome).toEqual({ kind: 'handedOver', to: plan.id });
  expect(asked.map(({ patient }) => patient)).toEqual([undefined, { until: expect.any(Number) }, {}]);
  expect(calls).toEqual(['plan', 'plan', 'announce', 'plan', 'offer']);
});

it('ends when CI has not begun after a while, and tells the owners', async () => {
  const failed = [{ name: 'no check was run' }];
  const untested: Planned = { kind: 'waiting', waitingFor: 'a first check', patience: 900_000, otherwise: { kind: 'noCandidate', sha: candidate, failed, warning } };
  const { outcome, calls } = await run({ plan: inTurn<Planned>(untested) });
  expect(outcome).toEqual({ kind: 'noCandidate', sha: candidate, failed });
  expect(calls).toEqual(['plan', 'plan', 'announce']);
});

it.each<[string, readonly (Planned | (() => Promise<never>))[], string]>([
  ['the repositories', [pending], 'the repositories of gitaly to answer'],
  ['the mirror', [behind, pending], 'c0ffee of org/gitaly'],
  ['a mirror whose owners know', [behind, { ...behind, waitingFor: 'decaf of org/gitaly' }, pending], 'decaf of org/gitaly'],
])('names what it waits for while that is %s', async (_, answers, what) => {
  const { handle } = await begin({ plan: inTurn<Planned>(...answers) });
  await expect.poll(async () => (await handle.query(status)).waitingFor?.what).toBe(what);
  await handle.terminate();
});

it('goes on when the chat is down', async () => {
  const { outcome } = await run({ plan: async () => ({ kind: 'noCandidate', sha: candidate, failed: [], warning }), announce: never('channel_not_found') });
  expect(outcome).toMatchObject({ kind: 'noCandidate' });
});

it.each<[string, readonly Planned[]]>([
  ['red', [{ kind: 'noCandidate', sha: candidate, failed: [], warning }]],
  ['behind for long', [behind, behind, { kind: 'upToDate', pinned }]],
])('tells nobody that the mirror is %s, in a dry run', async (_, answers) => {
  const { calls } = await run({ plan: inTurn(...answers) }, { type: 'componentRelease', input: { component: 'gitaly', dryRun: true } });
  expect(new Set(calls)).toEqual(new Set(['plan']));
});

it('lists what a release would write, and writes nothing, in a dry run', async () => {
  const { outcome, calls } = await run({}, { type: 'componentRelease', input: { component: 'gitaly', dryRun: true } });
  expect(calls).toEqual(['plan']);
  expect(outcome).toEqual({
    kind: 'planned',
    candidate,
    writes: [
      `org/product: commit "Update Gitaly version" on bbbbbbbbbbbb, which sets GITALY_SERVER_VERSION to ${candidate}`,
      'org/product: branch release/gitaly',
      'org/product: pull request "Update Gitaly version" from release/gitaly into master',
      '#progress: a thread for gitaly cccccccccccc',
      'org/product: merge the pull request into master, when its pipeline is green',
      'org/product: remove the branch release/gitaly',
      `org/product: deployment to staging as ${plan.id}/staging/${shortSha(candidate)}`,
      'org/product: label the pull request workflow::staging',
      'production only once 1 of alice, bob approve',
      `org/product: workflow deploy.yml to production as ${plan.id}/production/${shortSha(candidate)}`,
      'org/product: label the pull request workflow::production',
    ],
  });
});

function recording(asked: PlanRequest[], answer: () => Promise<Planned>): Activities['plan'] {
  return async (request) => {
    asked.push(request);
    return answer();
  };
}

async function run(...given: Parameters<typeof begin>) {
  const { handle, calls } = await begin(...given);
  const outcome: unknown = await handle.result();
  return { outcome, calls };
}

async function begin(script: Partial<Activities>, { type = 'updateComponent', input = { component: 'gitaly' } }: { type?: string; input?: object } = {}) {
  const taskQueue = `update-${queues++}`;
  const { activities, calls } = scriptedWorld(script);
  const worker = await Worker.create({ connection: server().nativeConnection, taskQueue, workflowBundle, activities });
  const running = worker.run();
  onTestFinished(async () => {
    worker.shutdown();
    await running;
  });
  const handle = await server().client.workflow.start(type, { workflowId: taskQueue, taskQueue, args: [input] });
  return { handle, calls };
}
