import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import type { Activities } from '../../activities/index.ts';
import { startTimeSkipping, workflowBundle } from '../servers.ts';
import { candidate, never, pinned, plan, scriptedWorld } from './scripted-world.ts';

let server: TestWorkflowEnvironment;
let queues = 0;

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  server = await startTimeSkipping();
});
afterAll(() => server?.teardown());

const warning = { channel: '#mirror', key: 'mirror', text: 'the mirror' };

it('offers the newest green commit to its release, and writes nothing itself', async () => {
  const offers: unknown[] = [];
  const { outcome, calls } = await run({ offer: async (offered) => void offers.push(offered) });
  expect(outcome).toEqual({ kind: 'handedOver', to: plan.id });
  expect(offers).toEqual([{ release: plan.id, component: 'gitaly', sha: candidate }]);
  expect(calls).toEqual(['plan', 'offer']);
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

it('tells the owners of a mirror that lags behind, waits for it, and goes on by itself', async () => {
  const asked: (boolean | undefined)[] = [];
  const { outcome, calls } = await run({
    plan: async ({ patient }: Parameters<Activities['plan']>[0]) => {
      asked.push(patient);
      return patient ? plan : { kind: 'mirrorBehind', waitingFor: 'c0ffee of org/gitaly', warning };
    },
  });
  expect(outcome).toEqual({ kind: 'handedOver', to: plan.id });
  expect(asked).toEqual([undefined, true]);
  expect(calls).toEqual(['plan', 'announce', 'plan', 'offer']);
});

it('goes on when the chat is down', async () => {
  const { outcome } = await run({ plan: async () => ({ kind: 'noCandidate', sha: candidate, failed: [], warning }), announce: never('channel_not_found') });
  expect(outcome).toMatchObject({ kind: 'noCandidate' });
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
      `org/product: a deployment to staging as ${plan.id}/staging`,
      'org/product: label the pull request workflow::staging',
      'production only once 1 of alice, bob approve',
      `org/product: dispatch deploy.yml for production as ${plan.id}/production`,
      'org/product: label the pull request workflow::production',
    ],
  });
});

async function run(script: Partial<Activities>, { type = 'updateComponent', input = { component: 'gitaly' } }: { type?: string; input?: object } = {}) {
  const taskQueue = `update-${queues++}`;
  const { activities, calls } = scriptedWorld(script);
  const worker = await Worker.create({ connection: server.nativeConnection, taskQueue, workflowBundle, activities });
  const running = worker.run();
  onTestFinished(async () => {
    worker.shutdown();
    await running;
  });
  const outcome: unknown = await server.client.workflow.execute(type, { workflowId: taskQueue, taskQueue, args: [input] });
  return { outcome, calls };
}
