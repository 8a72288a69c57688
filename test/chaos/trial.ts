import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import type { Outcome } from '../../domain/outcome.ts';
import { github } from '../crash/github.ts';
import { leases } from '../crash/matrix.ts';
import { json, openWorld, pinnedIn, workerEnvironment, writeCatalog } from '../worlds.ts';
import type { World } from '../worlds.ts';
import { readLagMs } from './calamities.ts';
import type { Calamity, Trial } from './calamities.ts';
import { liveThrough } from './life.ts';
import { startServer, supervise } from './machines.ts';
import { faultsOf } from './verdict.ts';
import type { Lease, Running } from './verdict.ts';

/** So long everything may take, in ms, all calamities included. */
const patienceMs = 420_000;

/** How a trial went. `struck` are the calamities that came while something ran. */
export interface Trialled {
  readonly faults: readonly string[];
  /** How each release ended. */
  readonly outcomes: readonly Outcome['kind'][];
  readonly struck: readonly Calamity[];
}

/** Releases two components into environments that they share, more than once, while two workers, Temporal and the world suffer what the trial says. */
export async function undergo(sandboxUrl: string, trial: Trial, interrupted: AbortSignal): Promise<Trialled> {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-chaos-'));
  const world = await openWorld(sandboxUrl, { latencyMs: { ci: 300, run: 500, deployment: 500 } });
  await world.control('commit', { repository: 'gitlab-org/gitlab', branch: 'master', files: { MONITOR_VERSION: `${await pinnedIn(world)}\n` }, message: 'Begin with Monitor' });
  const catalog = await writeCatalog(world, { monitor: true, approval: { separation: ['starter'] }, pace: { attempt: '15s', heartbeat: '2s', sample: '1s' } });
  const server = await startServer(join(folder, 'temporal.db'));
  const connection = await Connection.connect({ address: server.address });
  const client = new Client({ connection });
  const workers = await Promise.all(trial.skewsMs.map((skewMs) => supervise(environmentOf(world, { address: server.address, catalog: catalog.file, skewMs }))));
  const over = new AbortController();
  interrupted.addEventListener('abort', () => over.abort());
  const struck: Calamity[] = [];
  const sentLate: string[] = [];
  const storm = (async () => {
    const began = Date.now();
    for (const calamity of trial.calamities) {
      await sleep(Math.max(0, began + calamity.atMs - Date.now()), undefined, { signal: over.signal });
      struck.push(calamity);
      await strike(calamity);
    }
  })().catch((error: unknown) => {
    if (!over.signal.aborted) throw error;
  });

  async function strike(calamity: Calamity): Promise<void> {
    switch (calamity.kind) {
      case 'server':
        return server.crash();
      case 'answer':
        return world.control('faults', { match: { route: calamity.route }, action: calamity.action });
      case 'kill':
        return workers[calamity.worker]!.kill();
      case 'freeze':
        return workers[calamity.worker]!.freeze(calamity.forMs);
      case 'freezeSending':
        // Whenever it writes next, if it does.
        void workers[calamity.worker]!.freezeSending(calamity.forMs).then((sending) => sending !== undefined && sentLate.push(sending));
    }
  }

  try {
    const life = liveThrough(client, world, trial.scene);
    life.catch(() => undefined);
    const releases = await Promise.race([life, storm.then(() => life), sleep(patienceMs, undefined, { signal: over.signal })]);
    over.abort();
    await storm;
    if (!releases) return { faults: [`not over within ${patienceMs} ms: ${await describeRunning(client)}`], outcomes: [], struck };
    // Whoever was frozen has his say.
    await Promise.all(workers.map((worker) => worker.awake()));
    await sleep(3_000);
    await json(`${world.url}/control/faults`, { method: 'DELETE' });
    const snapshot = await world.snapshot();
    const aftermath = { releases, effects: await world.journal(), snapshot, leases: (await leases(client)) as readonly Lease[], running: await runningIn(world, snapshot.environments), sentLate };
    return { faults: faultsOf(aftermath), outcomes: releases.map(({ outcome }) => outcome.kind), struck };
  } catch (error) {
    return { faults: [error instanceof Error ? (error.stack ?? error.message) : String(error)], outcomes: [], struck };
  } finally {
    over.abort();
    await storm.catch(() => undefined);
    await Promise.all(workers.map((worker) => worker.end()));
    await connection.close();
    await server.stop();
    await Promise.all([catalog.remove(), world.close(), rm(folder, { recursive: true, force: true })]);
  }
}

function environmentOf(world: World, { address, catalog, skewMs }: { readonly address: string; readonly catalog: string; readonly skewMs: number }): Readonly<Record<string, string>> {
  return {
    ...workerEnvironment(world, { address, taskQueue: world.name, catalog }),
    SANDBOX_WORLD: world.url,
    SLIPWAY_READ_LAG_MS: String(readLagMs),
    GITHUB_TIMEOUT_MS: '4000',
    SLACK_TIMEOUT_MS: '4000',
    SLIPWAY_TEST_SKEW_MS: String(skewMs),
  };
}

/** The product's commit that runs in each environment, and what it pins. */
async function runningIn(world: World, environments: Readonly<Record<string, { readonly sha: string }>>): Promise<readonly Running[]> {
  return Promise.all(
    Object.entries(environments).map(async ([environment, { sha }]) => {
      const pinned = async (file: string) => {
        const { content } = await github<{ content: string }>(world, `gitlab-org/gitlab/contents/${file}?ref=${sha}`);
        return Buffer.from(content, 'base64').toString().trim();
      };
      return { environment, sha, pins: { gitaly: await pinned('GITALY_SERVER_VERSION'), monitor: await pinned('MONITOR_VERSION') } };
    }),
  );
}

async function describeRunning(client: Client): Promise<string> {
  const told: string[] = [];
  for await (const { workflowId, searchAttributes } of client.workflow.list({ query: 'ExecutionStatus = "Running"' })) told.push(`${workflowId} ${JSON.stringify(searchAttributes)}`);
  return told.join('\n');
}
