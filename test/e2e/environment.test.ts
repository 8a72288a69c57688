import { randomUUID } from 'node:crypto';
import { Client, Connection, WorkflowNotFoundError } from '@temporalio/client';
import type { WorkflowHandle } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import { componentsWith } from '../components.ts';
import { temporalEnvironments } from '../../ports/temporal/environments.ts';
import { temporalHolders } from '../../ports/temporal/holders.ts';
import { neverRetry } from '../../ports/failures.ts';
import type { Deployment, Success } from '../../ports/forge/deployments.ts';
import type { Forge } from '../../ports/forge/forge.ts';
import type { Activities } from '../../activities/index.ts';
import { createSurvey } from '../../activities/environments/survey.ts';
import { createClaims } from '../../activities/stages/claims.ts';
import { createSoaks } from '../../activities/stages/soaks.ts';
import { catalogSchema } from '../../domain/catalog.ts';
import type { EnvironmentRecord } from '../../domain/environments/environment.ts';
import { candidate } from '../../workflows/component/messages.ts';
import { claim, deployed, environmentFrozen, environmentStatus, follow, freeze, granted, leave, superseded, thaw } from '../../workflows/environments/messages.ts';
import { abort } from '../../workflows/people/messages.ts';
import { status, wake } from '../../workflows/release/messages.ts';
import { workflowBundle } from '../servers.ts';
import { plan, scriptedWorld } from '../workflows/scripted-world.ts';
import type { Stage } from '../../domain/stages/rules.ts';
import type { ReleaseOutcome } from '../../domain/component/outcome.ts';
import { shaOf } from '../shas.ts';

const { address, namespace } = inject('temporal');
let native: NativeConnection;
let client: Client;

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  native = await NativeConnection.connect({ address });
  client = new Client({ connection: await Connection.connect({ address }), namespace });
});
afterAll(async () => {
  await client?.connection.close();
  await native?.close();
});

type Release = WorkflowHandle<() => Promise<ReleaseOutcome>>;

const operator = { by: 'olga', reason: 'the incident' };

describe('twenty releases that want one environment', () => {
  it('get it one at a time, in the order in which they came, and none is lost', async () => {
    const { begin, deployments, hold, promoted } = await company();
    const releases: Release[] = [];
    hold();
    for (let n = 1; n <= 20; n++) {
      releases.push(await begin(`c${n}`));
      await expect.poll(() => stateOf(releases.at(-1)!), { timeout: 20_000, interval: 50 }).toBe(n === 1 ? 'promoting' : 'queued');
    }
    deployments.release();
    const outcomes = await Promise.all(releases.map((release) => release.result()));
    expect(outcomes.map(({ kind }) => kind)).toEqual(releases.map(() => 'released'));
    expect(promoted).toEqual(releases.map((_, index) => `c${index + 1}`));
    expect(deployments.mostAtOnce()).toBe(1);
  });
});

describe('releases that do not hear what an environment answers', () => {
  it('ask again, and each has it once', async () => {
    const { begin, deployments, environment, promoted } = await company({ lossy: true });
    const releases = await Promise.all(['a', 'b', 'c'].map((component) => begin(component)));
    const outcomes = await Promise.all(releases.map((release) => release.result()));
    expect(outcomes.map(({ kind }) => kind)).toEqual(['released', 'released', 'released']);
    expect(promoted.toSorted()).toEqual(['a', 'b', 'c']);
    expect(deployments.mostAtOnce()).toBe(1);
    const { lease, queue, fence, deployed } = await recordOf(environment);
    expect({ lease, queue, fence }).toEqual({ lease: undefined, queue: [], fence: 3 });
    expect(Object.keys(deployed).toSorted()).toEqual(['a', 'b', 'c']);
  });
});

describe('candidates of one component', () => {
  it('take the place of older ones that still wait, whose releases end', async () => {
    const { begin, deployments, hold, environment } = await company();
    hold();
    const holder = await begin('other');
    await reaches(holder, 'promoting');
    const older = await begin('gitaly', 1);
    await reaches(older, 'queued');
    const newer = await begin('gitaly', 2);
    expect(await older.result()).toMatchObject({ kind: 'superseded', by: newer.workflowId });
    deployments.release();
    expect(await newer.result()).toMatchObject({ kind: 'released' });
    expect((await recordOf(environment)).deployed.gitaly).toMatchObject({ candidate: candidateOf(2), release: newer.workflowId });
  });

  it('never go where a newer one runs', async () => {
    const { begin } = await company();
    const newer = await begin('gitaly', 2);
    await newer.result();
    const older = await begin('gitaly', 1);
    expect(await older.result()).toMatchObject({ kind: 'superseded', by: candidateOf(2).slice(0, 12) });
  });
});

describe('a frozen environment', () => {
  it('keeps a release waiting, and says why, until it is thawed', async () => {
    const { begin, environment } = await company();
    await begin('first').then((release) => release.result());
    const entity = client.workflow.getHandle(`environment/${environment}`);
    await entity.executeUpdate(freeze.update, { args: [operator] });
    const release = await begin('gitaly');
    await reaches(release, 'queued');
    expect((await release.query(status)).waitingFor?.what).toBe(`the thaw of ${environment} (the incident, by olga)`);
    await entity.executeUpdate(thaw.update, { args: [{ by: 'olga' }] });
    expect(await release.result()).toMatchObject({ kind: 'released' });
    await expect(entity.executeUpdate(thaw.update, { args: [{ by: 'olga' }] })).rejects.toMatchObject({ cause: { message: 'no operator has frozen it' } });
  });

  it('thaws by itself when the freeze ends', async () => {
    const { begin, environment } = await company();
    await begin('first').then((release) => release.result());
    const entity = client.workflow.getHandle(`environment/${environment}`);
    await entity.executeUpdate(freeze.update, { args: [{ ...operator, until: new Date(Date.now() + 2_000).toISOString() }] });
    const release = await begin('gitaly');
    await reaches(release, 'queued');
    expect(await release.result()).toMatchObject({ kind: 'released' });
  });

  it('is frozen by the calendar of the catalog', async () => {
    const day = (offset: number) => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 16);
    const { begin, environment } = await company({ freezes: [{ kind: 'dates', from: day(-1), to: day(1), reason: 'the holidays' }] });
    const release = await begin('gitaly');
    await reaches(release, 'queued');
    expect((await release.query(status)).waitingFor?.what).toMatch(new RegExp(`^the thaw of ${environment} \\(the holidays, until `));
    await release.signal(abort.signal, operator);
    await release.result();
    expect((await recordOf(environment)).queue).toEqual([]);
  });

  it('stops the clock of the release that soaks there', async () => {
    const { begin, environment } = await company({ soak: 3_600_000 });
    const release = await begin('gitaly');
    await reaches(release, 'soaking');
    const began = Date.now();
    // A machine that is busy takes its samples too far apart for each to count.
    const observed = async () => (((await temporalHolders(client).heartbeatOf(release.workflowId, 'soak')) as { observedMs?: number } | undefined)?.observedMs ?? 0);
    await expect.poll(observed, { timeout: 30_000 }).toBeGreaterThanOrEqual(2_000);
    const entity = client.workflow.getHandle(`environment/${environment}`);
    await entity.executeUpdate(freeze.update, { args: [operator] });
    const what = async () => (await release.query(status)).waitingFor?.what;
    await expect.poll(what).toBe(`the thaw of ${environment} (the incident, by olga)`);
    const unfrozenMs = Date.now() - began;
    await new Promise((resolve) => setTimeout(resolve, unfrozenMs));
    await entity.executeUpdate(thaw.update, { args: [{ by: 'olga' }] });
    // What was observed before the freeze still counts, and the freeze itself does not.
    await expect.poll(what).toMatch(/^59 min \d+ s of /);
    const seconds = Number(/(\d+) s of/.exec((await what())!)![1]);
    expect(60 - seconds).toBeGreaterThanOrEqual(2);
    expect(60 - seconds).toBeLessThanOrEqual(unfrozenMs / 1_000 + 1);
    await release.signal(abort.signal, operator);
    await release.result();
  });
});

describe('whoever has the environment', () => {
  it('and is terminated loses it, once its deployment has ended', async () => {
    const { begin, deployments, hold, environment, promoted } = await company();
    hold();
    const lost = await begin('lost', 7);
    await reaches(lost, 'promoting');
    const next = await begin('next');
    await reaches(next, 'queued');
    await lost.terminate();
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(promoted).toEqual(['lost']);
    deployments.release();
    expect(await next.result()).toMatchObject({ kind: 'released' });
    expect((await recordOf(environment)).deployed.lost).toMatchObject({ candidate: candidateOf(7) });
  });

  it('and was aborted in mid-deployment keeps it until that has ended, also when that is later than the abort waits for', async () => {
    const { begin, deployments, environment, hold, promoted } = await company({ patience: 2_000 });
    hold();
    const aborted = await begin('aborted');
    await reaches(aborted, 'promoting');
    const next = await begin('next');
    await reaches(next, 'queued');
    await aborted.signal(abort.signal, operator);
    expect(await aborted.result()).toMatchObject({ kind: 'aborted', stays: ['#7 is merged', `the deployment to ${environment} is under way: https://forge/runs/1`] });
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(promoted).toEqual(['aborted']);
    deployments.release();
    expect(await next.result()).toMatchObject({ kind: 'released' });
  });
});

describe('a message that makes no sense', () => {
  const nonsense: unknown[][] = [[], [{}], [null], ['production'], [{ claim: {}, after: [], windows: [] }]];

  it('is recorded by an environment, or refused, and breaks nothing', async () => {
    const { begin, environment } = await company();
    const entity = client.workflow.getHandle(`environment/${environment}`);
    await begin('first').then((release) => release.result());
    for (const args of nonsense) {
      for (const { name } of [follow, deployed, freeze, thaw]) await entity.signal<unknown[]>(name, ...args);
      for (const { name } of [claim, leave]) await expect(entity.executeUpdate<unknown, [unknown]>(name, { args: args as [unknown] })).rejects.toMatchObject({ cause: { type: 'Refused' } });
    }
    const { refused, followers } = await recordOf(environment);
    expect(followers).toEqual([]);
    expect(refused.map(({ message }) => message)).toEqual(nonsense.flatMap(() => ['follow', 'deployed', 'freeze', 'thaw']));
    expect(await begin('second').then((release) => release.result())).toMatchObject({ kind: 'released' });
  });

  it('is recorded by a release, and breaks nothing', async () => {
    const { begin, deployments, hold } = await company();
    hold();
    const release = await begin('gitaly');
    await reaches(release, 'promoting');
    for (const args of nonsense) {
      for (const { name } of [granted, superseded, environmentFrozen, candidate]) await release.signal<unknown[]>(name, ...args);
    }
    const { refused } = await release.query(status);
    expect(refused.map(({ message }) => message)).toEqual(nonsense.flatMap(() => ['granted', 'superseded', 'environmentFrozen', 'candidate']));
    deployments.release();
    expect(await release.result()).toMatchObject({ kind: 'released' });
  });
});

describe('the environment\'s own workflow', () => {
  it('knows what runs there while whoever brought it still watches it', async () => {
    const { begin, environment } = await company({ soak: 3_600_000 });
    const release = await begin('gitaly', 3);
    await reaches(release, 'soaking');
    const { lease, deployed: runs } = await recordOf(environment);
    expect(lease?.claim.release).toBe(release.workflowId);
    expect(runs.gitaly).toMatchObject({ candidate: candidateOf(3), release: release.workflowId });
    await release.signal(abort.signal, operator);
    await release.result();
    expect((await recordOf(environment)).deployed).toEqual(runs);
  });

  it('finds out what a terminated release has left, even if nobody waits', async () => {
    const { begin, deployments, hold, environment, promoted } = await company();
    hold();
    const lost = await begin('lost', 7);
    await expect.poll(() => promoted).toEqual(['lost']);
    await lost.terminate();
    deployments.release();
    await expect.poll(() => recordOf(environment)).toMatchObject({ deployed: { lost: { candidate: candidateOf(7) } } });
    expect((await recordOf(environment)).lease).toBeUndefined();
  });

  it('wakes those who follow it when it is frozen, thawed, and when a freeze has ended', async () => {
    const { begin, environment, environments, taskQueue, hold } = await company();
    await begin('first').then((release) => release.result());
    hold();
    const follower = await begin('follower');
    await reaches(follower, 'promoting');
    await environments.follow(environment, follower.workflowId, taskQueue);
    const entity = client.workflow.getHandle(`environment/${environment}`);
    const heard = async () => {
      const { events } = await follower.fetchHistory();
      const signals = (events ?? []).flatMap(({ workflowExecutionSignaledEventAttributes: signal }) => (signal?.signalName === wake.name ? [signal] : []));
      return signals.map(({ input }) => (defaultPayloadConverter.fromPayload(input!.payloads![0]!) as { about: string }).about);
    };
    const [cold, warm] = [`${environment} is frozen: the incident`, `${environment} is thawed`];
    await entity.executeUpdate(freeze.update, { args: [operator] });
    await expect.poll(heard).toEqual([cold]);
    await entity.executeUpdate(thaw.update, { args: [{ by: 'olga' }] });
    await expect.poll(heard).toEqual([cold, warm]);
    await entity.executeUpdate(freeze.update, { args: [{ ...operator, until: new Date(Date.now() + 2_000).toISOString() }] });
    await expect.poll(heard).toEqual([cold, warm, cold, warm]);
  });

  it('stays frozen when it is terminated, and keeps those who follow it', async () => {
    const { begin, environment, environments, taskQueue } = await company();
    await begin('first').then((release) => release.result());
    const entity = client.workflow.getHandle(`environment/${environment}`);
    const elsewhere = await company();
    elsewhere.hold();
    const { workflowId: follower } = await elsewhere.begin('follower');
    await environments.follow(environment, follower, taskQueue);
    await entity.executeUpdate(freeze.update, { args: [operator] });
    await entity.terminate();
    const release = await begin('gitaly');
    await reaches(release, 'queued');
    expect((await release.query(status)).waitingFor?.what).toBe(`the thaw of ${environment} (the incident, by olga)`);
    expect(await recordOf(environment)).toMatchObject({ fence: 1, followers: [follower] });
    await release.signal(abort.signal, operator);
    await release.result();
  });

  it('that has lost its record finds whoever is at work there, also who waits for people meanwhile', async () => {
    const { begin, environment, promoted } = await company({ soak: 3_600_000, blind: true });
    const holder = await begin('holder');
    await reaches(holder, 'held');
    await expect.poll(() => temporalHolders(client).atWork(environment)).toEqual([holder.workflowId]);
    await client.workflow.getHandle(`environment/${environment}`).terminate();
    const next = await begin('next');
    // Where its claim waits for what the environment knows.
    await reaches(next, 'merging');
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(promoted).toEqual(['holder']);
    await next.signal(abort.signal, operator);
    await next.result();
    await holder.terminate();
  });

  it('inherits nothing from a run of another task queue, of which nobody may be left to answer', async () => {
    const { begin, environment, environments, taskQueue } = await company();
    await begin('first').then((release) => release.result());
    await client.workflow.getHandle(`environment/${environment}`).terminate();
    await expect.poll(() => environments.endedRecord(environment, taskQueue)).toMatchObject({ fence: 1 });
    expect(await environments.endedRecord(environment, 'another')).toBeUndefined();
  });

  it('goes on in a new run before its history grows heavy, with holder, queue and freeze', async () => {
    const { begin, deployments, hold, environment } = await company();
    hold();
    const first = await begin('first');
    await reaches(first, 'promoting');
    const second = await begin('second');
    await reaches(second, 'queued');
    const entity = client.workflow.getHandle(`environment/${environment}`);
    const { runId } = await entity.describe();
    await entity.executeUpdate(freeze.update, { args: [operator] });
    const nobody = { environment, key: 'nobody', component: 'none' };
    while ((await entity.describe()).runId === runId) {
      await Promise.all(Array.from({ length: 10 }, async () => {
        for (let n = 0; n < 40; n++) await entity.executeUpdate(leave, { args: [nobody] }).catch((error: unknown) => expect(error).toBeInstanceOf(WorkflowNotFoundError));
      }));
    }
    const record = await recordOf(environment);
    expect(record).toMatchObject({ fence: 1, lease: { claim: { release: first.workflowId } }, queue: [{ claim: { release: second.workflowId } }], freeze: operator });
    await entity.executeUpdate(thaw.update, { args: [{ by: 'olga' }] });
    deployments.release();
    expect(await first.result()).toMatchObject({ kind: 'released' });
    expect(await second.result()).toMatchObject({ kind: 'released' });
  }, 120_000);

  it('is begun anew after it was terminated, from what the forge remembers, and grants nothing while somebody is still at work', async () => {
    const { begin, deployments, hold, environment, landed, promoted } = await company();
    hold();
    const first = await begin('first');
    await reaches(first, 'promoting');
    const second = await begin('second');
    await reaches(second, 'queued');
    await client.workflow.getHandle(`environment/${environment}`).terminate();
    landed({ release: 'release/gitaly/before', candidate: candidateOf(3) });
    await new Promise((resolve) => setTimeout(resolve, 7_000));
    expect(promoted).toEqual(['first']);
    deployments.release();
    expect(await first.result()).toMatchObject({ kind: 'released' });
    expect(await second.result()).toMatchObject({ kind: 'released' });
    expect((await recordOf(environment)).deployed).toMatchObject({ gitaly: { candidate: candidateOf(3), release: 'release/gitaly/before', since: '2026-01-01T00:00:00Z' } });
  });

  it('that is started by hand under another id hands over', async () => {
    const { begin, environment, taskQueue } = await company();
    await begin('first').then((release) => release.result());
    const typed = await client.workflow.start('environment', { workflowId: `typed-${environment}`, taskQueue, args: [{ environment }] });
    expect(await typed.result()).toEqual({ kind: 'handedOver', to: `environment/${environment}` });
  });
});

function candidateOf(number: number): string {
  return String(number).padStart(40, '0');
}

async function stateOf(release: Release): Promise<string> {
  return (await release.query(status)).state;
}

async function reaches(release: Release, state: string): Promise<void> {
  await expect.poll(() => stateOf(release), { timeout: 20_000, interval: 50 }).toBe(state);
}

async function recordOf(environment: string): Promise<EnvironmentRecord> {
  return client.workflow.getHandle(`environment/${environment}`).query(environmentStatus);
}

/** A worker whose releases have one stage, in an environment of their own. Everything is scripted but the environment and the way to it. */
async function company({ soak, blind = false, freezes = [], lossy = false, patience = plan.pace.patience }: { readonly soak?: number; /** Nobody may look at its health. */ readonly blind?: boolean; readonly freezes?: readonly object[]; readonly lossy?: boolean; readonly patience?: number } = {}) {
  const environment = `e${randomUUID().slice(0, 8)}`;
  const taskQueue = environment;
  const stage: Stage = { name: 'only', environment, promote: { kind: 'deployment' }, health: [], ...(soak !== undefined && { soak }) };
  const promoted: string[] = [];
  const begun = new Map<string, { readonly id: number; held: boolean }>();
  /** Deployments of which nobody has heard the end. */
  const open = new Set<number>();
  let holding = false;
  let most = 0;
  let memory: { release: string; candidate: string } | undefined;

  const stateIn = (key: string): Deployment | undefined => {
    const one = begun.get(key);
    return one && { id: one.id, url: `https://forge/runs/${one.id}`, state: one.held ? 'running' : 'succeeded' };
  };
  const { pin } = plan;
  const catalog = catalogSchema.parse({
    version: 1,
    environments: { [environment]: { freezes } },
    components: { gitaly: { code: { canonical: 'o/c', mirror: 'o/m' }, pin: { repository: pin.repository, versionFile: pin.versionFile, head: pin.head, title: pin.title }, stages: [{ name: 'only', environment, promote: { kind: 'deployment' } }], chat: { progress: '#p', team: '#t' } } },
  });
  const forge = {
    commits: {
      range: async (_repository: string, from: string, to: string) => ({ commits: [], total: 0, diverged: Number(from) > Number(to) }),
      find: async (_repository: string, sha: string) => ({ sha }),
      read: async () => memory?.candidate,
    },
    deployments: {
      current: async () => undefined,
      carrying: async (_repository: string, _environment: string, _sha: string, key: string) => [stateIn(key) ?? []].flat(),
      succeeded: async (): Promise<readonly Success[]> => (memory ? [{ name: `${memory.release}/only`, at: '2026-01-01T00:00:00Z' }] : []),
    },
    pullRequests: { list: async () => (memory ? [{ body: `<!-- slipway: ${memory.release} -->`, mergeSha: shaOf('e') }] : []) },
  } as unknown as Forge;
  const environments = temporalEnvironments(client);
  const holders = temporalHolders(client);
  const ports = { catalog: { read: async () => catalog }, forge, environments, components: componentsWith(), holders, readLagMs: 100 };
  const claims = createClaims(ports);

  /** Applies it, and loses the answer, the first time that it is asked for by each release. */
  function losing<Argument extends object, Answer>(run: (argument: Argument) => Promise<Answer>): (argument: Argument) => Promise<Answer> {
    const lost = new Set<string>();
    return async (argument) => {
      const answer = await run(argument);
      const key = JSON.stringify(argument);
      if (!lossy || lost.has(key)) return answer;
      lost.add(key);
      throw new Error('the answer was lost');
    };
  }

  const script: Partial<Activities> = {
    ...createSurvey(ports),
    ...claims,
    claimEnvironment: losing(claims.claimEnvironment),
    leaveEnvironment: losing(claims.leaveEnvironment),
    plan: async ({ component, sha }) => ({
      ...plan,
      component,
      ...(sha && { candidate: sha }),
      id: `release/${component}/${environment}-${Number(sha ?? 1)}`,
      stages: [stage],
      pace: { ...plan.pace, patience, poll: 300, sample: 500, attempt: 500, heartbeat: 1_000, retry: 100 },
    }),
    promote: async ({ key }) => {
      const component = key.split('/')[1]!;
      const id = begun.size + 1;
      promoted.push(component);
      begun.set(key, { id, held: holding });
      open.add(id);
      most = Math.max(most, open.size);
      return { id, url: `https://forge/runs/${id}` };
    },
    deployed: async ({ id, landing }) => {
      const found = [...begun.values()].find((one) => one.id === id)!;
      if (found.held) throw new Error('under way');
      open.delete(id);
      await environments.landed(landing, taskQueue);
      return 'succeeded';
    },
    ...createSoaks({ health: { look: async () => ({ kind: 'healthy' }) }, holders }),
    ...(blind && { soak: () => Promise.reject(neverRetry('PermissionDenied', 'not yours')) }),
  };
  const { activities } = scriptedWorld(script);
  const worker = await Worker.create({ connection: native, namespace, taskQueue, workflowBundle, activities, shutdownForceTime: '1 s' });
  const ended = worker.run();
  onTestFinished(async () => {
    await client.workflow.getHandle(`environment/${environment}`).terminate().catch(() => undefined);
    worker.shutdown();
    await ended.catch(() => undefined);
  });

  return {
    environment,
    environments,
    taskQueue,
    promoted,
    /** From now on deployments do not end. */
    hold: () => void (holding = true),
    deployments: {
      release: () => {
        holding = false;
        for (const one of begun.values()) one.held = false;
      },
      mostAtOnce: () => most,
    },
    landed: (what: typeof memory) => void (memory = what),
    begin: (component: string, number = 1): Promise<Release> =>
      client.workflow.start('componentRelease', { workflowId: `release/${component}/${environment}-${number}`, taskQueue, args: [{ component, sha: candidateOf(number) }] }),
  };
}
