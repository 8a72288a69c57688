import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import type { WorkflowHandle } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import { asSha } from '../../domain/code/commit.ts';
import { createDeployedCode } from '../../activities/environments/deployed-code.ts';
import { temporalEnvironments } from '../../ports/temporal/environments.ts';
import type { Forge } from '../../ports/forge/forge.ts';
import type { Activities } from '../../activities/index.ts';
import { createHindrances } from '../../activities/flags/hindrances.ts';
import { catalogSchema } from '../../domain/catalog.ts';
import type { Deployed } from '../../domain/environments/claim.ts';
import type { Outcome } from '../../domain/outcome.ts';
import type { ReleaseStatus } from '../../domain/release/status.ts';
import { claim, environmentStatus, leave } from '../../workflows/environments/messages.ts';
import { tested } from '../../workflows/flags/messages.ts';
import { abort, resume } from '../../workflows/people/messages.ts';
import { status } from '../../workflows/release/messages.ts';
import { workflowBundle } from '../servers.ts';
import { flag, planOf, scriptedRollout } from '../workflows/flags/scripted-rollout.ts';
import { pending } from '../workflows/scripted-world.ts';

/** A rollout and an environment's workflow on a real server. Nothing but the environment's word makes the rollout look again within the test. */
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

const olga = { by: 'olga', reason: 'enough' };

describe('the deployment that a rollout waits for', () => {
  it('wakes it when the environment has it', async () => {
    const { rollout, deploy } = await begin();
    await waitsFor(rollout, /^the deployment of 500000000000 to /);
    await looked(rollout, 'codeDeployed', 1);
    await deploy(4);
    await looked(rollout, 'codeDeployed', 2);
    await deploy(5);
    await waitsFor(rollout, /at 5 %$/);
    await end(rollout);
  });

  it('may have been there before, by the record of the environment', async () => {
    const { rollout } = await begin({ remembered: 7 });
    await waitsFor(rollout, /at 5 %$/);
    await end(rollout);
  });

  it('may be one that the forge knows and that came later than what the environment remembers', async () => {
    const { rollout } = await begin({ remembered: 3, newest: { sha: numbered(9), at: '2026-02-01T00:00:00Z' } });
    await waitsFor(rollout, /at 5 %$/);
    await end(rollout);
  });

  it('is not one that the forge knows and that something older has replaced since', async () => {
    const { rollout } = await begin({ remembered: 3, newest: { sha: numbered(9), at: '2025-12-01T00:00:00Z' } });
    await waitsFor(rollout, /^the deployment of 500000000000 to /);
    await end(rollout);
  });
});

describe('a deployment that lacks the flag’s code', () => {
  it('is noticed at once, and the flag turned off; when the code is back the rollout goes on', async () => {
    const { rollout, deploy, world, environment } = await begin({ remembered: 5 });
    await waitsFor(rollout, /at 5 %$/);
    await deploy(4, 'rollback');
    await waitsFor(rollout, new RegExp(`^a decision: ${environment} was rolled back to 400000000000, which lacks 500000000000; taken back to off$`));
    expect(world.effects).toEqual([`${environment} 5`, `${environment} false`]);

    await rollout.signal(resume.signal, { by: 'olga' });
    await waitsFor(rollout, /^the deployment of 500000000000 to /);
    await deploy(6);
    await waitsFor(rollout, /at 5 %$/);
    await end(rollout);
  });

  it('keeps the flag from going up to production, while staging is tried; it goes up when the code is back', async () => {
    const { rollout, deploy, world, environment } = await begin({ remembered: 5, staging: true });
    await waitsFor(rollout, /^a test of/);
    await deploy(4, 'rollback');
    await rollout.signal(tested.signal, { by: 'tina' });
    await waitsFor(rollout, new RegExp(`^going up to 5 %: ${environment} runs 400000000000, without 500000000000$`));
    expect(world.effects).toEqual(['staging true']);
    await deploy(6);
    await waitsFor(rollout, /at 5 %$/);
    await end(rollout);
  });

  it('is told from one that has it, which leaves the watch as it is', async () => {
    const { rollout, deploy } = await begin({ remembered: 5 });
    await waitsFor(rollout, /at 5 %$/);
    await looked(rollout, 'deployedCode', 1);
    await deploy(6);
    await looked(rollout, 'deployedCode', 2);
    await deploy(7);
    await looked(rollout, 'deployedCode', 3);
    await looked(rollout, 'watchFlag', 1);
    expect((await rollout.query(status)).state).toBe('soaking');
    await end(rollout);
  });
});

it('an environment forgets a rollout that is gone', async () => {
  const { rollout, deploy, environment } = await begin({ remembered: 5 });
  await waitsFor(rollout, /at 5 %$/);
  const followers = async () => (await client.workflow.getHandle(`environment/${environment}`).query(environmentStatus)).followers;
  expect(await followers()).toEqual([rollout.workflowId]);
  await end(rollout);
  await deploy(6);
  await expect.poll(followers).toEqual([]);
});

/** Commits are numbered in their order; the flag's is the fifth. */
const numbered = (number: number) => asSha(String(number).padEnd(40, '0'));

interface World {
  /** What the environment remembers to run. */
  readonly remembered?: number;
  /** Whether the flag is tried there first. */
  readonly staging?: true;
  /** The forge's newest deployment. It pins a commit of its own number. */
  readonly newest?: { readonly sha: string; readonly at: string };
}

async function begin({ remembered, newest, staging: tries }: World = {}) {
  const environment = `e${randomUUID().slice(0, 8)}`;
  const usual = planOf();
  const { staging, ...rules } = usual.rules;
  const hour = 3_600_000;
  const plan = {
    ...usual,
    id: `flag/gitaly/${environment}`,
    commit: numbered(5),
    rules: { ...rules, ...(tries && staging && { staging }), production: { ...rules.production, environment } },
    stages: usual.stages.slice(tries ? 0 : 1),
    pace: { ...usual.pace, poll: hour, sample: hour },
  };
  const forge = {
    commits: {
      range: async (_repository: string, from: string, to: string) => ({ commits: [], total: 0, diverged: Number(from) > Number(to) }),
      read: async (_repository: string, _file: string, sha: string) => sha,
    },
    deployments: { current: async () => newest },
    issues: { list: async () => [] },
  } as unknown as Forge;
  const catalog = catalogSchema.parse({ version: 1, environments: { staging: {}, [environment]: {} }, components: {} });
  const ports = { forge, environments: temporalEnvironments(client), catalog: { read: async () => catalog } };
  const ran: Deployed | undefined = remembered === undefined ? undefined : { candidate: numbered(remembered), sha: numbered(remembered), release: 'release/gitaly/before', since: '2026-01-01T00:00:00Z' };
  const world = scriptedRollout(plan, {
    ...createDeployedCode(ports),
    ...createHindrances(ports),
    holderGone: pending,
    surveyEnvironment: async () => ({ deployed: ran ? { gitaly: ran } : {}, windows: [] }),
  });
  world.settings.set(environment, 'unset');
  world.find(`${environment} 5`, 'nothing yet');
  const worker = await Worker.create({ connection: native, namespace, taskQueue: environment, workflowBundle, activities: world.activities, shutdownForceTime: '1 s' });
  const running = worker.run();
  onTestFinished(async () => {
    for (const id of [plan.id, `environment/${environment}`]) await client.workflow.getHandle(id).terminate().catch(() => undefined);
    worker.shutdown();
    await running.catch(() => undefined);
  });
  const entity = client.workflow.getHandle(`environment/${environment}`);
  const rollout: WorkflowHandle<() => Promise<Outcome>> = await client.workflow.start('featureFlagRollout', {
    workflowId: plan.id,
    taskQueue: environment,
    args: [{ component: 'gitaly', flag, commit: plan.commit }],
  });

  /** Does as a release does that brings a commit there. */
  async function deploy(number: number, purpose: 'promote' | 'rollback' = 'promote'): Promise<void> {
    const [candidate, release] = [numbered(number), purpose === 'rollback' ? 'release/gitaly/before' : `release/gitaly/${number}`];
    const key = `${release}/only`;
    const wish = { key, environment, release, component: 'gitaly', candidate, sha: candidate, purpose, deployment: { repository: 'o/p', mechanism: { kind: 'deployment' as const } }, pace: plan.pace };
    const older = [...Array(number).keys()].map(numbered);
    expect(await entity.executeUpdate(claim, { args: [{ claim: wish, after: older, windows: [] }] })).toMatchObject({ kind: 'granted' });
    await entity.executeUpdate(leave, { args: [{ environment, key, component: 'gitaly', runs: { candidate, sha: candidate, release, since: new Date().toISOString() } }] });
  }

  return { rollout, world, environment, deploy };
}

async function waitsFor(rollout: WorkflowHandle, what: RegExp): Promise<ReleaseStatus> {
  let seen: ReleaseStatus | undefined;
  await expect
    .poll(
      async () => {
        seen = await rollout.query(status);
        return seen.waitingFor?.what ?? seen.outcome ?? '';
      },
      { timeout: 20_000, interval: 50 },
    )
    .toMatch(what);
  return seen!;
}

/** So often has the rollout begun to look. */
async function looked(rollout: WorkflowHandle, activity: keyof Activities, times: number): Promise<void> {
  const looks = async () => (await rollout.fetchHistory()).events?.filter(({ activityTaskScheduledEventAttributes: scheduled }) => scheduled?.activityType?.name === activity).length;
  await expect.poll(looks, { timeout: 10_000, interval: 50 }).toBe(times);
}

async function end(rollout: WorkflowHandle<() => Promise<Outcome>>): Promise<void> {
  await rollout.signal(abort.signal, olga);
  expect(await rollout.result()).toMatchObject({ kind: 'aborted' });
}
