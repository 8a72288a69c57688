import { readFile, writeFile } from 'node:fs/promises';
import { Client, Connection } from '@temporalio/client';
import type { WorkflowHandle } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import type { RunningProcess } from '../../sandbox/demonstrations/processes.ts';
import { approve } from '../../workflows/people/messages.ts';
import { status } from '../../workflows/release/messages.ts';
import { endEnvironments } from '../environments.ts';
import { startSandbox, startWorker } from '../servers.ts';
import type { SandboxServer } from '../servers.ts';
import { openWorld, workerEnvironment, writeCatalog } from '../worlds.ts';
import type { World } from '../worlds.ts';
import { startCluster } from './cluster.ts';
import type { Cluster } from './cluster.ts';
import type { ReleaseOutcome } from '../../domain/component/outcome.ts';

let cluster: Cluster;
let sandbox: SandboxServer;
let client: Client;

beforeAll(async () => {
  [cluster, sandbox] = await Promise.all([startCluster(), startSandbox()]);
  client = new Client({ connection: await Connection.connect({ address: cluster.address }) });
});
afterAll(async () => {
  await client?.connection.close();
  await Promise.all([cluster?.stop(), sandbox?.stop()]);
});

type Release = WorkflowHandle<() => Promise<ReleaseOutcome>>;

/** What befalls the company while it carries releases. */
type Calamity = (company: { readonly world: World; readonly releases: readonly Release[]; readonly workers: readonly RunningProcess[] }) => Promise<void>;

const others = ['praefect', 'workhorse'] as const;

describe('on the production edition of the server, on PostgreSQL', () => {
  it('a release ends as if nothing had happened, though the server is killed four times', async () => {
    const shaken = await releasing(['gitaly'], async ({ world }) => {
      for (const effects of [1, 4, 7, 10]) {
        await expect.poll(async () => (await world.journal()).length, { timeout: 60_000, interval: 20 }).toBeGreaterThanOrEqual(effects);
        await cluster.crash();
      }
    });
    expect(shaken).toEqual(await releasing(['gitaly']));
  });

  it('releases that two workers share have each effect once, though one worker dies at a merge', async () => {
    const components = ['gitaly', ...others];
    const shaken = await releasing(components, async ({ world, releases, workers }) => {
      await world.control('faults', { match: { key: 'merge gitlab-org/gitlab#2' }, action: { kind: 'hold', when: 'after' } });
      const [hold] = await world.control<{ id: string }[]>('holds?waitMs=60000');
      const merging = await workerAtMerge(releases, 2);
      const dying = workers.find(({ pid }) => merging?.startsWith(`${pid}@`))!;
      process.kill(dying.pid, 'SIGKILL');
      await dying.exited;
      await world.control(`holds/${hold!.id}`, { resolve: 'apply' });

      const busy = new Set((await Promise.all(releases.map(workersOf))).flat());
      expect(busy.size).toBe(workers.length);
    });
    const { snapshot: _, ...undisturbed } = await releasing(components);
    expect(shaken).toMatchObject(undisturbed);
    expect(shaken.outcomes.map(({ kind }) => kind)).toEqual(components.map(() => 'released'));
  });
});

/** Carries a release of each component to its end, in a world of its own, with two workers. */
async function releasing(components: readonly string[], calamity?: Calamity) {
  const world = await openWorld(sandbox.url, { latencyMs: { ci: 1_000, run: 500, deployment: 500 } });
  const catalog = await writeCatalog(world);
  const environments = await addOthers(world, catalog.file);
  const env = workerEnvironment(world, { address: cluster.address, taskQueue: world.name, catalog: catalog.file });
  const workers = await Promise.all([startWorker(env), startWorker(env)]);
  try {
    const releases = await Promise.all(components.map((component) => begin(component, world.name)));
    const [outcomes] = await Promise.all([Promise.all(releases.map(carried)), calamity?.({ world, releases, workers })]);
    const heads = await headsOf(world);
    const effects = (await world.journal()).map(({ key, nth }) => `${key} (${nth})`.replaceAll(/#(\d+)/g, (_, number: string) => `#${heads.get(number)}`));
    return { outcomes: outcomes.map(({ kind }) => ({ kind })), effects: effects.toSorted((one, other) => one.localeCompare(other)), snapshot: await world.snapshot() };
  } finally {
    await endEnvironments(client, environments);
    await Promise.all(workers.map((worker) => worker.stop()));
    await catalog.remove();
    await world.close();
  }
}

/** Which pull request has which number depends on which release was first. */
async function headsOf(world: World): Promise<ReadonlyMap<string, string>> {
  const pulls = await github<{ number: number; head: { ref: string } }[]>(world, 'pulls?state=all');
  return new Map(pulls.map(({ number, head }) => [String(number), head.ref]));
}

async function begin(component: string, taskQueue: string): Promise<Release> {
  const first = await client.workflow.start('componentRelease', { workflowId: `start/${component}/${taskQueue}`, taskQueue, args: [{ component }] });
  const { to } = (await first.result()) as Extract<ReleaseOutcome, { kind: 'handedOver' }>;
  return client.workflow.getHandle(to);
}

async function carried(release: Release): Promise<ReleaseOutcome> {
  const state = () => release.query(status).then(({ waitingFor, outcome }) => outcome ?? waitingFor?.what, () => undefined);
  await expect.poll(state, { timeout: 90_000, interval: 200 }).toBe('approval of production');
  await release.signal(approve.signal, { stage: 'production', by: 'alice' });
  return release.result();
}

/** Two more components, so that there are releases to share: each has a version file of its own, and environments that it need not wait for. Answers the names of all environments. */
async function addOthers(world: World, catalogFile: string): Promise<readonly string[]> {
  const catalog = parse(await readFile(catalogFile, 'utf8')) as CatalogFile;
  const gitaly = catalog.components.gitaly!;
  for (const name of others) {
    const pin = { ...gitaly.pin, versionFile: versionFile(name), head: `release/${name}`, title: `Update ${name}` };
    const stages = gitaly.stages.map((stage) => ({ ...stage, environment: `${name}-${stage.environment}` }));
    catalog.components[name] = { ...gitaly, pin, stages };
    for (const { environment } of stages) catalog.environments[environment] = {};
  }
  await writeFile(catalogFile, stringify(catalog));
  const { content } = await github<{ content: string }>(world, 'contents/GITALY_SERVER_VERSION?ref=master');
  const pinned = Buffer.from(content, 'base64').toString();
  const files = Object.fromEntries(others.map((name) => [versionFile(name), pinned]));
  await world.control('commit', { repository: 'gitlab-org/gitlab', branch: 'master', files, message: 'Pin two more components' });
  return Object.keys(catalog.environments);
}

interface CatalogFile {
  readonly environments: Record<string, object>;
  readonly components: Record<string, { readonly pin: object; readonly stages: readonly { readonly environment: string }[] }>;
}

function versionFile(component: string): string {
  return `${component.toUpperCase()}_VERSION`;
}

/** The workers that have run activities of a release. */
async function workersOf(release: Release): Promise<readonly string[]> {
  const { events } = await release.fetchHistory();
  return [...new Set((events ?? []).flatMap(({ activityTaskStartedEventAttributes: started }) => started?.identity ?? []))];
}

/** The worker in whose hands the merge of a pull request is. */
async function workerAtMerge(releases: readonly Release[], number: number): Promise<string | undefined> {
  for (const release of releases) {
    if ((await release.query(status)).pullRequest?.number !== number) continue;
    const { pendingActivities } = (await release.describe()).raw;
    return pendingActivities?.find(({ activityType }) => activityType?.name === 'mergePullRequest')?.lastWorkerIdentity ?? undefined;
  }
  return undefined;
}

async function github<T>(world: World, path: string): Promise<T> {
  const response = await fetch(`${world.url}/api/v3/repos/gitlab-org/gitlab/${path}`, { headers: { authorization: 'Bearer bot-token' } });
  return (await response.json()) as T;
}
