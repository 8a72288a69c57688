import type { Client, WorkflowHandle } from '@temporalio/client';
import { expect, onTestFinished } from 'vitest';
import type { ReleaseOutcome } from '../../domain/component/outcome.ts';
import type { Outcome } from '../../domain/outcome.ts';
import type { ReleaseStatus } from '../../domain/release/status.ts';
import { lift } from '../../workflows/component/messages.ts';
import { approve } from '../../workflows/people/messages.ts';
import { status } from '../../workflows/release/messages.ts';
import { endEnvironments } from '../environments.ts';
import { startWorker } from '../servers.ts';
import { openWorld, workerEnvironment, writeCatalog } from '../worlds.ts';
import type { World } from '../worlds.ts';
import type { useServers } from './stand.ts';

export type Release = WorkflowHandle<() => Promise<ReleaseOutcome>>;

export const product = 'gitlab-org/gitlab';
const versionFile = 'GITALY_SERVER_VERSION';

/** A product that pins Gitaly, its people, and a worker that releases into it: what crosses processes, from one release to the next. */
export async function openProduct(servers: ReturnType<typeof useServers>, changes: Parameters<typeof writeCatalog>[1] = {}) {
  const world = await openWorld(servers.sandboxUrl());
  const catalog = await writeCatalog(world, { soak: '0s', ...changes });
  if (changes?.monitor) await world.control('commit', { repository: product, branch: 'master', files: { MONITOR_VERSION: `${await pinnedAt(world, 'master')}\n` }, message: 'Begin with Monitor' });
  const taskQueue = world.name;
  const worker = await startWorker(workerEnvironment(world, { address: servers.address(), taskQueue, catalog: catalog.file }));
  const client: Client = servers.client();
  const begun = new Set<string>();
  let starts = 0;
  onTestFinished(async () => {
    await Promise.all([...begun].map((id) => client.workflow.getHandle(id).terminate().catch(() => undefined)));
    await endEnvironments(client);
    await worker.stop();
    await Promise.all([catalog.remove(), world.close()]);
  });

  async function run(type: string, input: object = {}): Promise<Outcome> {
    return client.workflow.execute(type, { workflowId: `${type}-${taskQueue}-${starts++}`, taskQueue, args: [{ component: 'gitaly', ...input }] });
  }

  async function start(input: object = {}): Promise<Outcome> {
    const outcome = await run('componentRelease', input);
    if (outcome.kind === 'handedOver') begun.add(outcome.to);
    return outcome;
  }

  /** Starts the release of what is to be released now. */
  async function release(input: object = {}): Promise<Release> {
    const outcome = await start(input);
    if (outcome.kind !== 'handedOver') return expect.unreachable(JSON.stringify(outcome));
    return client.workflow.getHandle(outcome.to);
  }

  return {
    world,
    client,
    taskQueue,
    start,
    release,
    /** What the hourly task comes to. */
    hourly: () => run('updateComponent'),
    /** Carries a release to its end, with production approved. */
    async through(of: Release): Promise<ReleaseOutcome> {
      await reached(of, /approval of production/);
      await of.executeUpdate(approve.update, { args: [{ stage: 'production', by: 'alice' }] });
      return of.result();
    },
    /** People have looked at what had halted it. */
    async lift(): Promise<void> {
      await client.workflow.getHandle('component/gitaly').executeUpdate(lift.update, { args: [{ by: 'alice' }] });
    },
    /** A commit of Gitaly that is green on the mirror. */
    async fix(name: string): Promise<string> {
      const { sha } = await world.control<{ sha: string }>('commit', { repository: 'gitlab-org/gitaly', branch: 'master', files: { [`internal/${name}.go`]: `package ${name}\n` }, message: `Mend ${name}` });
      return sha;
    },
    /** A person's commit that makes the product pin this version. */
    async pin(version: string, message = 'Set the version by hand'): Promise<string> {
      const { sha } = await world.control<{ sha: string }>('commit', { repository: product, branch: 'master', files: { [versionFile]: `${version}\n` }, message });
      return sha;
    },
    /** What the product's own people do: a deployment that Slipway has nothing to do with. */
    async deploy(environment: string, sha: string): Promise<void> {
      await github(`${world.url}/api/v3/repos/${product}/deployments`, { method: 'POST', body: JSON.stringify({ ref: sha, environment, task: 'deploy', auto_merge: false, required_contexts: [] }) });
      await expect.poll(async () => (await world.snapshot()).environments[environment]?.sha).toBe(sha);
    },
    /** A person's commit to the product that has nothing to do with Gitaly. */
    async feature(name: string): Promise<string> {
      const { sha } = await world.control<{ sha: string }>('commit', { repository: product, branch: 'master', files: { [`app/${name}.rb`]: `# ${name}\n` }, message: `Add ${name}` });
      return sha;
    },
    /** A person's commit to the product, off its default branch. */
    async hotfix(name: string): Promise<string> {
      const { sha } = await world.control<{ sha: string }>('commit', { repository: product, branch: `hotfix-${name}`, files: { [`app/${name}.rb`]: '# mended\n' }, message: `Mend ${name}` });
      return sha;
    },
    /** The product's commit that runs there, and the version of Gitaly that it pins. */
    async runs(environment: string): Promise<{ readonly sha: string; readonly version: string }> {
      const { sha } = (await world.snapshot()).environments[environment] ?? expect.unreachable(`nothing runs on ${environment}`);
      return { sha, version: await pinnedAt(world, sha) };
    },
    pinned: () => pinnedAt(world, 'master'),
    head: () => github<{ commit: { sha: string } }>(`${world.url}/api/v3/repos/${product}/branches/master`).then(({ commit }) => commit.sha),
    pulls: () => github<readonly { number: number; state: string; merged_at: string | null; body: string; head: { sha: string } }[]>(`${world.url}/api/v3/repos/${product}/pulls?state=all`),
  };
}

/** The version of Gitaly that a commit of the product pins. */
export async function pinnedAt(world: World, ref: string, file = versionFile): Promise<string> {
  const { content } = await github<{ content: string }>(`${world.url}/api/v3/repos/${product}/contents/${file}?ref=${ref}`);
  return Buffer.from(content, 'base64').toString().trim();
}

export async function github<T>(url: string, init: RequestInit = {}): Promise<T> {
  const response = await fetch(url, { ...init, headers: { authorization: 'Bearer bot-token', 'content-type': 'application/json', ...(init.headers as Record<string, string>) } });
  return (await response.json()) as T;
}

export async function reached(release: WorkflowHandle, what: string | RegExp): Promise<ReleaseStatus> {
  let seen: ReleaseStatus | undefined;
  await expect
    .poll(
      async () => {
        seen = await release.query(status);
        return seen.waitingFor?.what ?? seen.outcome ?? '';
      },
      { timeout: 30_000, interval: 100 },
    )
    .toMatch(what);
  return seen!;
}
