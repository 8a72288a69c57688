import { createHmac, randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import { describe, expect, it, onTestFinished } from 'vitest';
import { approve } from '../../workflows/people/messages.ts';
import { status } from '../../workflows/release/messages.ts';
import { endEnvironments } from '../environments.ts';
import { startWebhookReceiver, startWorker } from '../servers.ts';
import { openWorld, workerEnvironment, writeCatalog } from '../worlds.ts';
import type { World } from '../worlds.ts';
import { useServers } from './stand.ts';
import type { ReleaseOutcome } from '../../domain/component/outcome.ts';

const secret = 'a secret of some length';
const pollMs = 3_000;

const servers = useServers({ validated: false });

describe('a release', () => {
  let first: ReturnType<typeof carried> | undefined;
  const whenAllIsWell = () => (first ??= carried([{ mode: 'normal' }]));

  it('goes on as soon as a webhook says that there is something to see', async () => {
    const straight = await whenAllIsWell();
    expect(straight.wakes).toBeGreaterThanOrEqual(4);
    // Before any poll could have told it.
    expect(Math.max(...straight.waits)).toBeLessThan(pollMs);
  });

  it('comes to the same end without any webhook, only later', async () => {
    const straight = await whenAllIsWell();
    const lost = await carried([{ mode: 'lost' }]);
    expect(lost.wakes).toBe(0);
    expect(lost.snapshot).toEqual(straight.snapshot);
    expect(lost.keys).toEqual(straight.keys);
    expect(total(lost.waits)).toBeGreaterThan(total(straight.waits) + pollMs);
  });

  it('comes to the same end, for hardly an event more, when each comes a hundred times', async () => {
    const straight = await whenAllIsWell();
    // Twice each, to fifty addresses that are one.
    const duplicated = await carried(Array.from({ length: 50 }, () => ({ mode: 'duplicated' })));
    expect(duplicated.deliveries).toBeGreaterThanOrEqual(90 * straight.deliveries);
    expect(duplicated.snapshot).toEqual(straight.snapshot);
    expect(duplicated.keys).toEqual(straight.keys);
    expect(duplicated.events).toBeLessThan(straight.events + 50);
  });

  it('comes to the same end when webhooks come in reverse', async () => {
    const straight = await whenAllIsWell();
    const reversed = await carried([{ mode: 'reversed', delayMs: 1_000 }]);
    expect(reversed.snapshot).toEqual(straight.snapshot);
    expect(reversed.keys).toEqual(straight.keys);
  });

  it('comes to the same end when each webhook comes an hour late', async () => {
    const straight = await whenAllIsWell();
    const hour = 3_600_000;
    const late = await carried([{ mode: 'delayed', delayMs: hour }], { atApproval: (world) => world.control('clock', { ms: hour }) });
    // All from before the approval has come by then, and has woken a release that waited for something else.
    expect(late.deliveries).toBeGreaterThanOrEqual(10);
    expect(late.wakes).toBeGreaterThanOrEqual(1);
    expect(late.snapshot).toEqual(straight.snapshot);
    expect(late.keys).toEqual(straight.keys);
  });

  it('has no more than fifty events more when it is flooded with what concerns it', async () => {
    const { release, receiver } = await begin({ latencyMs: { ci: 600_000 } });
    await reached(release, /^the pipeline of #/);
    const suite = () => post(receiver.ready, 'check_suite', { action: 'completed', check_suite: { head_branch: 'release/gitaly', id: randomUUID() } });
    await expect.poll(async () => (await eventsOf(release)).length).toBeGreaterThan(10);
    const before = (await eventsOf(release)).length;
    // At 5,000 a minute, for as long as a test may take.
    const answers: number[] = [];
    for (const end = Date.now() + 15_000; Date.now() < end; ) {
      const began = Date.now();
      const took = async (status: Promise<number>) => (expect(await status).toBe(202), Date.now() - began);
      answers.push(...(await Promise.all(Array.from({ length: 84 }, () => took(suite())))));
      await expect.poll(() => Date.now() - began, { timeout: 2_000 }).toBeGreaterThan(1_000);
    }
    expect(answers.length).toBeGreaterThan(500);
    expect(answers.toSorted((a, b) => a - b)[Math.floor(answers.length * 0.99)]).toBeLessThan(1_000);
    const events = await eventsOf(release);
    expect(wakesIn(events).length).toBeGreaterThanOrEqual(4);
    expect(events.length - before).toBeLessThanOrEqual(50);
  });
});

it('believes no webhook: it looks, and sees that nothing has ended', async () => {
  const { world, release, receiver } = await begin({ latencyMs: { ci: 600_000 } });
  await reached(release, /^the pipeline of #/);
  const requests = await checkRequests(world);
  const suite = { action: 'completed', check_suite: { head_branch: 'release/gitaly', status: 'completed', conclusion: 'success' } };
  expect(await post(receiver.ready, 'check_suite', suite, 'forged, but of some length')).toBe(401);
  expect(wakesIn(await eventsOf(release))).toHaveLength(0);

  expect(await post(receiver.ready, 'check_suite', suite)).toBe(202);
  await expect.poll(async () => wakesIn(await eventsOf(release)).length).toBe(1);
  await expect.poll(() => checkRequests(world)).toBeGreaterThan(requests);
  expect((await release.query(status)).state).toBe('pipeline');

  expect(await post(receiver.ready, 'workflow_run', { action: 'completed', workflow_run: { display_title: 'release/gitaly/from-long-ago/staging' } })).toBe(202);
  await expect.poll(() => receiver.output()).toContain('not running');
});

it('stops at once when it is asked to', async () => {
  const { receiver } = await begin();
  const asked = performance.now();
  await receiver.stop();
  expect(performance.now() - asked).toBeLessThan(5_000);
  expect(receiver.output()).not.toContain(secret);
});

/** Carries a release to its end while the world's webhooks come as the hooks say, and tells what that was like. */
async function carried(hooks: readonly object[], { atApproval }: { readonly atApproval?: (world: World) => Promise<unknown> } = {}) {
  const { world, release } = await begin({ hooks });
  await reached(release, 'approval of production');
  if (atApproval) await deliveredAll(world, atApproval);
  await release.signal(approve.signal, { stage: 'production', by: 'alice' });
  expect(await release.result()).toMatchObject({ kind: 'released' });
  const events = await eventsOf(release);
  return {
    snapshot: await world.snapshot(),
    keys: (await world.journal()).map(({ key, nth }) => `${key} (${nth})`).toSorted(),
    deliveries: (await world.control<readonly unknown[]>('deliveries')).length,
    events: events.length,
    wakes: wakesIn(events).length,
    waits: waitsIn(events),
  };
}

/** Waits until nothing more is delivered. */
async function deliveredAll(world: World, act: (world: World) => Promise<unknown>): Promise<void> {
  await act(world);
  let before = -1;
  await expect
    .poll(
      async () => {
        const { length } = await world.control<readonly unknown[]>('deliveries');
        const isQuiet = length > 0 && length === before;
        before = length;
        return isQuiet;
      },
      { timeout: 20_000, interval: 1_000 },
    )
    .toBe(true);
}

async function begin({ latencyMs = {}, hooks = [] }: { readonly latencyMs?: object; readonly hooks?: readonly object[] } = {}) {
  const world = await openWorld(servers.sandboxUrl(), { latencyMs: { ci: 700, run: 700, deployment: 700, ...latencyMs } });
  onTestFinished(() => world.close());
  const catalog = await writeCatalog(world, { pace: { poll: `${pollMs}ms` } });
  onTestFinished(() => catalog.remove());
  const taskQueue = world.name;
  const environment = workerEnvironment(world, { address: servers.address(), taskQueue, catalog: catalog.file });
  const worker = await startWorker(environment);
  onTestFinished(() => worker.stop());
  const receiver = await startWebhookReceiver({ TEMPORAL_ADDRESS: servers.address(), SLIPWAY_CATALOG: catalog.file, GITHUB_WEBHOOK_SECRET: secret });
  onTestFinished(() => receiver.stop());
  for (const [n, hook] of hooks.entries()) await world.control('webhooks', { url: `${receiver.ready}/webhooks/github?${n}`, secret, ...hook });

  const client = servers.client();
  const first = await client.workflow.start('componentRelease', { workflowId: `start-${taskQueue}`, taskQueue, args: [{ component: 'gitaly' }] });
  const { to } = (await first.result()) as Extract<ReleaseOutcome, { kind: 'handedOver' }>;
  onTestFinished(async () => {
    await client.workflow.getHandle(to).terminate().catch(() => undefined);
    await endEnvironments(client);
  });
  const release: WorkflowHandle<() => Promise<ReleaseOutcome>> = client.workflow.getHandle(to);
  return { world, release, receiver };
}

/** Posts a webhook as GitHub does, and gives the status. */
async function post(receiver: string, event: string, payload: object, key = secret): Promise<number> {
  const body = JSON.stringify({ ...payload, repository: { full_name: 'gitlab-org/gitlab' } });
  const signature = `sha256=${createHmac('sha256', key).update(body).digest('hex')}`;
  const headers = { 'content-type': 'application/json', 'x-github-event': event, 'x-github-delivery': randomUUID(), 'x-hub-signature-256': signature };
  return (await fetch(`${receiver}/webhooks/github`, { method: 'POST', body, headers })).status;
}

type Events = Awaited<ReturnType<typeof eventsOf>>;

async function eventsOf(release: WorkflowHandle) {
  return (await release.fetchHistory()).events ?? [];
}

function wakesIn(events: Events): Events {
  return events.filter(({ workflowExecutionSignaledEventAttributes: signal }) => signal?.signalName === 'wake');
}

/** How long the release waited for each pipeline and deployment, in ms, from its first look to its last. */
function waitsIn(events: Events): number[] {
  const begun = new Map<string, number>();
  const waits: number[] = [];
  let since: number | undefined;
  for (const { eventId, eventTime, activityTaskScheduledEventAttributes: scheduled, activityTaskCompletedEventAttributes: completed } of events) {
    const at = Number(eventTime?.seconds) * 1_000 + Number(eventTime?.nanos) / 1e6;
    if (scheduled && ['pipeline', 'deployed'].includes(scheduled.activityType?.name ?? '')) begun.set(String(eventId), (since ??= at));
    const start = completed && begun.get(String(completed.scheduledEventId));
    if (start === undefined || start === null) continue;
    waits.push(at - start);
    since = undefined;
  }
  return waits;
}

function total(waits: readonly number[]): number {
  return waits.reduce((sum, ms) => sum + ms, 0);
}

async function checkRequests(world: World): Promise<number> {
  return (await world.control<{ route: string }[]>('requests')).filter(({ route }) => route.includes('check-runs')).length;
}

async function reached(release: WorkflowHandle, what: string | RegExp): Promise<void> {
  const waitsFor = async () => {
    const { waitingFor, outcome } = await release.query(status);
    return waitingFor?.what ?? outcome;
  };
  await expect.poll(waitsFor, { timeout: 50_000, interval: 50 }).toMatch(what);
}
