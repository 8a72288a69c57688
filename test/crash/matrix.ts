import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, WorkflowHandle } from '@temporalio/client';
import type { History } from '@temporalio/common/lib/proto-utils.js';
import { environmentId } from '../../domain/environments/environment.ts';
import { componentId } from '../../domain/people/objection.ts';
import { componentStatus } from '../../workflows/component/messages.ts';
import { environmentStatus } from '../../workflows/environments/messages.ts';
import { endEnvironments, environmentNames } from '../environments.ts';
import { openWorld, workerEnvironment, writeCatalog } from '../worlds.ts';
import type { Effect, RequestRecord, World } from '../worlds.ts';
import { startKillableWorker } from './killable-worker.ts';
import type { KillableWorker } from './killable-worker.ts';

/** One process that must survive: how it is begun, and what people do while it runs. */
export interface Case {
  readonly name: string;
  /** Of the world; Gitaly's, if not given. */
  readonly scenario?: 'sourcegraph';
  /** Nothing pins Gitaly. */
  readonly straight?: true;
  /** How long a stage soaks: 1 s, if not given. */
  readonly soak?: string;
  /** Of the catalog's pace, what is not as ever. */
  readonly pace?: object;
  /** Up to what people do it is like another case, where the effects until then are struck. */
  readonly strike?: 'afterwards';
  /** Scripts what will happen in the world. */
  readonly prepare?: (world: World) => Promise<unknown>;
  begin(client: Client, taskQueue: string, world: World): Promise<WorkflowHandle>;
  /** Does what people would, once: watches `describe`, which needs no worker, and sends signals. */
  attend(release: WorkflowHandle, world: World, client: Client): Promise<void>;
}

/** CI of this branch takes a day: it must not end before the case does. */
export function lasting(branch: { readonly repository: string; readonly branch: string }): (world: World) => Promise<unknown> {
  return (world) => world.control('ci', { ...branch, verdict: 'slow', afterMs: 86_400_000 });
}

/** A Temporal server, used by one case at a time. */
export interface Lane {
  readonly address: string;
  readonly client: Client;
  readonly sandboxUrl: string;
}

/** How a run ended. The snapshot and the effects are compared with those of the run that nothing befell. */
export interface Ending {
  readonly result: unknown;
  readonly workflowId: string;
  readonly history: History;
  readonly snapshot: unknown;
  readonly effects: readonly Effect[];
  /** How many of them came before people had done what they do. */
  readonly attended: number;
  readonly requests: readonly RequestRecord[];
}

export type Moment = 'before' | 'after';

/** The worker alone (what it started lives on), its process group, or frozen while another takes over and thawed afterwards. */
export type Kill = 'worker' | 'group' | 'zombie';

export interface Blow {
  readonly effect: Effect;
  readonly moment: Moment;
  readonly kill: Kill;
}

/** What happens to the request of an effect: one of the sandbox's actions. */
export interface Fault {
  readonly effect: Effect;
  readonly action: { readonly kind: string; readonly [detail: string]: unknown };
}

/** What befalls a run. */
export interface Disturbance {
  readonly blows?: readonly Blow[];
  readonly faults?: readonly Fault[];
  /** How the worker is set up for it, besides the usual. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly pace?: object;
}

const patienceMs = 180_000;

/** In ever new workers on a busy machine, looks that come any sooner miss each other: what nobody has seen counts nothing. */
const unhurried = { sample: '1s' };

/**
 * Runs a case in a world of its own, and kills its worker at each of the `blows`, in whatever order they come. The request
 * of the effect is held by the sandbox, which drops it (before) or applies it (after) once the worker is gone.
 *
 * @throws when a blow or a fault never came: then nothing was tested
 */
export async function run(lane: Lane, { name, scenario, straight, soak, pace: usual, prepare, begin, attend }: Case, { blows = [], faults = [], environment, pace = {} }: Disturbance = {}): Promise<Ending> {
  const world = await openWorld(lane.sandboxUrl, { ...(scenario && { scenario }) });
  const catalog = await writeCatalog(world, { pace: { ...unhurried, ...usual, ...pace }, ...(soak && { soak }), ...(straight && { straight }) });
  const env = { ...workerEnvironment(world, { address: lane.address, taskQueue: world.name, catalog: catalog.file }), SANDBOX_WORLD: world.url, ...environment };
  const frozen: KillableWorker[] = [];
  let worker = await startKillableWorker(env);
  let release: WorkflowHandle | undefined;
  try {
    for (const { effect: match, moment } of blows) await world.control('faults', { match, action: { kind: 'hold', when: moment } });
    for (const { effect: match, action } of faults) await world.control('faults', { match, action });
    await prepare?.(world);
    // Faults may fire before it has begun: its start, too, is what activities say to Temporal.
    const ended = begin(lane.client, world.name, world).then(async (begun) => {
      release = begun;
      const attending = attend(begun, world, lane.client).then(async () => (await world.journal()).length);
      const [result, attended] = await Promise.all([begun.result(), attending]);
      return { release: begun, result, attended };
    });
    ended.catch(() => undefined);

    for (let fallen = 0; fallen < blows.length; fallen++) {
      const hold = await Promise.race([nextHold(world), ended.then(() => undefined)]);
      if (!hold) throw new Error(`${name}: ended before ${blows.length - fallen} of the faults could fire: ${await unfired(world)}`);
      const { kill } = blows.find(({ effect, moment }) => effect.key === hold.key && effect.nth === hold.nth && moment === hold.when)!;
      if (kill === 'zombie') {
        worker.freeze();
        frozen.push(worker);
      } else {
        await worker.kill(kill);
      }
      await world.control(`holds/${hold.id}`, { resolve: hold.when === 'before' ? 'drop' : 'apply' });
      worker = await startKillableWorker(env);
    }

    const { release: done, result, attended } = await within(patienceMs, ended, `${name}: did not end`);
    for (const zombie of frozen) zombie.thaw();
    if (frozen.length > 0) await sleep(3_000);
    const idle = await unfired(world);
    if (idle !== '') throw new Error(`${name}: ended, and some of the faults never came: ${idle}`);
    const { workflowId } = done;
    return { result, workflowId, history: await done.fetchHistory(), snapshot: { ...(await world.snapshot()), leases: await leases(lane.client), objections: await objections(lane.client) }, effects: await world.journal(), attended, requests: await world.control('requests') };
  } finally {
    await release?.terminate('the case is over').catch(() => undefined);
    await endEnvironments(lane.client);
    await Promise.all([worker, ...frozen].map((one) => one.kill('group').catch(() => undefined)));
    await forget(lane.client);
    await catalog.remove();
    await world.close();
  }
}

/** Effects by their key and occurrence, not by a running number: parallel ones have no order. */
export function named({ key, nth }: Effect): string {
  return nth === 1 ? key : `${key} (${nth})`;
}

/** Who has which environment, who waits, what runs there; and by the fence, how often it was granted. */
export async function leases({ workflow }: Client): Promise<readonly object[]> {
  const known = [];
  for (const environment of environmentNames) {
    const handle = workflow.getHandle(environmentId(environment));
    const { status } = await handle.describe().catch(() => ({ status: undefined }));
    if (status?.name !== 'RUNNING') continue;
    // A worker that was killed in a task of it leaves that to time out, and no query is answered until another has done it.
    const { fence, lease, queue, deployed } = await answered(() => handle.query(environmentStatus));
    const runs = Object.entries(deployed).map(([component, { candidate, sha, release }]) => ({ component, candidate, sha, release }));
    known.push({ environment, fence, holder: lease?.claim.key, queue: queue.map(({ claim }) => claim.key), runs });
  }
  return known;
}

/** What people have against what comes next of Gitaly. */
async function objections({ workflow }: Client): Promise<object | undefined> {
  const handle = workflow.getHandle(componentId('gitaly'));
  const { status } = await handle.describe().catch(() => ({ status: undefined }));
  if (status?.name !== 'RUNNING') return undefined;
  const { halt, vetoes, decisions } = await answered(() => handle.query(componentStatus));
  const said = (order: { readonly by: string; readonly reason: string } | undefined) => order && `${order.by}: ${order.reason}`;
  return { halt: said(halt), vetoes: vetoes.map(said), decisions: decisions.map(({ message, by }) => `${message} by ${by}`) };
}

async function answered<T>(ask: () => Promise<T>): Promise<T> {
  for (const until = Date.now() + patienceMs; ; await sleep(1_000)) {
    try {
      return await ask();
    } catch (error) {
      if (Date.now() > until) throw error;
    }
  }
}

/** Of what has ended releases know: the next run of the case must find as little as this one did. */
async function forget({ workflow, workflowService, options: { namespace } }: Client): Promise<void> {
  for (const until = Date.now() + patienceMs; ; await sleep(500)) {
    const runs = [];
    for await (const { workflowId, runId } of workflow.list()) runs.push({ workflowId, runId });
    if (runs.length === 0) return;
    if (Date.now() > until) throw new Error(`the server still lists ${runs.map(({ workflowId }) => workflowId).join(', ')}`);
    // Some are gone already, though they are listed.
    await Promise.all(runs.map((workflowExecution) => workflowService.deleteWorkflowExecution({ namespace, workflowExecution }).catch(() => undefined)));
  }
}

/** The effects whose faults have not come: they were not made, or not under that name. */
async function unfired(world: World): Promise<string> {
  const faults = await world.control<{ fired: number; match: { key: string } }[]>('faults');
  return [...new Set(faults.filter(({ fired }) => fired === 0).map(({ match }) => match.key))].join('; ');
}

async function nextHold(world: World): Promise<{ id: string; key: string; nth: number; when: Moment }> {
  for (;;) {
    const [hold] = await world.control<{ id: string; key: string; nth: number; when: Moment }[]>('holds?waitMs=1000');
    if (hold) return hold;
  }
}

async function within<T>(ms: number, promise: Promise<T>, otherwise: string): Promise<T> {
  const cancelled = new AbortController();
  const late = sleep(ms, undefined, { signal: cancelled.signal }).then(() => {
    throw new Error(`${otherwise} within ${ms} ms`);
  });
  late.catch(() => undefined);
  try {
    return await Promise.race([promise, late]);
  } finally {
    cancelled.abort();
  }
}
