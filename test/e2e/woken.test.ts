import type { WorkflowHandle } from '@temporalio/client';
import { expect, it, onTestFinished } from 'vitest';
import type { Outcome } from '../../domain/outcome.ts';
import { status } from '../../workflows/release/messages.ts';
import { startWebhookReceiver, startWorker } from '../servers.ts';
import { openWorld, pinnedIn, workerEnvironment, writeCatalog } from '../worlds.ts';
import type { World } from '../worlds.ts';
import { useServers } from './stand.ts';

const servers = useServers({ gcs: true });

const secret = 'a secret of some length';
const pollMs = 60_000;

it('a rollout goes on as soon as a webhook tells that its code is deployed', async () => {
  const world = await openWorld(servers.sandboxUrl());
  const commit = await pinnedIn(world);
  const rollout = await begin(world, 'featureFlagRollout', { component: 'gitaly', flag: 'gitaly_x', commit }, { flags: { deployed: { kind: 'deployment' } } });
  await reached(rollout, /^the deployment of [0-9a-f]{12} to production$/);
  const began = Date.now();
  await deploy(world, 'staging');
  await deploy(world, 'production');
  await reached(rollout, /^a test of/);
  expect(Date.now() - began).toBeLessThan(pollMs / 3);
  // The environment, which the same webhook wakes, may tell of it, too.
  expect((await wakes(rollout)).filter((about) => about.startsWith('deployment_status'))).toEqual(['deployment_status on gitlab-org/gitlab production']);
});

it('a schema release goes on as soon as a webhook tells how its build has ended', async () => {
  const world = await openWorld(servers.sandboxUrl(), { scenario: 'sourcegraph', latencyMs: { ci: 3_000 } });
  const release = await begin(world, 'schemaRelease', { component: 'migrator', version: 'v5.3.4444', action: 'inject-current-schemas' });
  await reached(release, /^the build of #/);
  const began = Date.now();
  expect(await release.result()).toMatchObject({ kind: 'schemasReleased' });
  expect(Date.now() - began).toBeLessThan(pollMs / 2);
  expect(await wakes(release)).toContain('check_suite on sourcegraph/sourcegraph schemas/v5.3.4444');
});

/** Starts a workflow that polls once a minute, in a world whose webhooks come. */
async function begin(world: World, type: string, input: object, changes: Parameters<typeof writeCatalog>[1] = {}) {
  onTestFinished(() => world.close());
  const catalog = await writeCatalog(world, { pace: { poll: `${pollMs}ms` }, ...changes });
  onTestFinished(() => catalog.remove());
  const taskQueue = world.name;
  const worker = await startWorker(workerEnvironment(world, { address: servers.address(), taskQueue, catalog: catalog.file }));
  onTestFinished(() => worker.stop());
  const receiver = await startWebhookReceiver({ TEMPORAL_ADDRESS: servers.address(), SLIPWAY_CATALOG: catalog.file, GITHUB_WEBHOOK_SECRET: secret });
  onTestFinished(() => receiver.stop());
  await world.control('webhooks', { url: `${receiver.ready}/webhooks/github`, secret });
  const { workflow } = servers.client();
  const first = await workflow.start(type, { workflowId: `start-${taskQueue}`, taskQueue, args: [input] });
  const { to } = (await first.result()) as Extract<Outcome, { kind: 'handedOver' }>;
  const handle: WorkflowHandle<() => Promise<Outcome>> = workflow.getHandle(to);
  onTestFinished(async () => {
    await handle.terminate().catch(() => undefined);
  });
  return handle;
}

async function deploy(world: World, environment: string): Promise<void> {
  const response = await fetch(`${world.url}/api/v3/repos/gitlab-org/gitlab/deployments`, {
    method: 'POST',
    headers: { authorization: 'Bearer person:dev' },
    body: JSON.stringify({ ref: 'master', environment, auto_merge: false, required_contexts: [] }),
  });
  expect(response.status).toBe(201);
}

/** What the wakes in its history say that they are about. */
async function wakes(handle: WorkflowHandle): Promise<readonly string[]> {
  const { events } = await handle.fetchHistory();
  return (events ?? []).flatMap(({ workflowExecutionSignaledEventAttributes: signal }) => {
    const payload = signal?.signalName === 'wake' ? signal.input?.payloads?.[0]?.data : undefined;
    return payload ? [(JSON.parse(Buffer.from(payload).toString()) as { about: string }).about] : [];
  });
}

async function reached(handle: WorkflowHandle, what: RegExp): Promise<void> {
  const waiting = async () => {
    const seen = await handle.query(status);
    return seen.waitingFor?.what ?? seen.outcome;
  };
  await expect.poll(waiting, { timeout: 40_000, interval: 100 }).toMatch(what);
}
