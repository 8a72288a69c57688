import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { startSandbox, startTemporal, startWorker } from '../test/servers.ts';
import { openWorld, workerEnvironment, writeCatalog } from '../test/worlds.ts';
import type { RequestRecord, World } from '../test/worlds.ts';
import { row } from './table.ts';

const pollMs = 250;
const looks = 40;
/** In production there is one in 30 s. */
const looksInAnHour = 120;

/**
 * What waiting for a pipeline costs of GitHub's hourly limit, on the real adapter. Looks are made one right after the other: each costs what it costs,
 * whatever lies between two of them, so an hour's are reckoned by their number. An answer of 304 costs nothing.
 */
export async function benchGitHubPoints(): Promise<void> {
  const [temporal, sandbox] = await Promise.all([startTemporal(), startSandbox({ validated: false })]);
  const connection = await Connection.connect({ address: temporal.address });
  const world = await openWorld(sandbox.url);
  const catalog = await writeCatalog(world, { pace: { poll: `${pollMs}ms` } });
  const worker = await startWorker(workerEnvironment(world, { address: temporal.address, taskQueue: world.name, catalog: catalog.file }));
  try {
    await world.control('ci', { repository: 'gitlab-org/gitlab', branch: 'release/gitaly', verdict: 'slow', afterMs: 3_600_000 });
    await new Client({ connection }).workflow.start('componentRelease', { workflowId: 'start', taskQueue: world.name, args: [{ component: 'gitaly' }] });
    await until(async () => (await looksOf(world)).length > 3);
    const before = await requestsOf(world);
    const first = (await looksOf(world)).length;
    await until(async () => (await looksOf(world)).length >= first + looks);
    const during = (await requestsOf(world)).slice(before.length);
    const points = during.filter(({ status }) => status !== 304).length;
    row(`points of GitHub's limit for an hour of waiting (${during.length} requests in ${looks} looks)`, (points * looksInAnHour) / looks, '', '');
  } finally {
    await worker.stop();
    await connection.close();
    await catalog.remove();
    await world.close();
    await Promise.all([temporal.stop(), sandbox.stop()]);
  }
}

async function requestsOf(world: World): Promise<readonly RequestRecord[]> {
  return (await world.control<readonly RequestRecord[]>('requests')).filter(({ path }) => path.includes('/api/'));
}

/** Each look at a pipeline lists check runs, once. */
async function looksOf(world: World): Promise<readonly RequestRecord[]> {
  return (await requestsOf(world)).filter(({ path }) => path.includes('/gitlab-org/gitlab/') && path.endsWith('/check-runs'));
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(pollMs);
}
