import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { expect, it, onTestFinished } from 'vitest';
import { type } from '../client/command-line.ts';
import { startWorker } from '../servers.ts';
import { openWorld, workerEnvironment, writeCatalog } from '../worlds.ts';
import { useServers } from './stand.ts';

const servers = useServers();

it('every line of the log says which release it comes from, of which component, and at which stage', async () => {
  const { worker } = await begin({ SLIPWAY_LOG_LEVEL: 'debug' });
  const started = await type(['--json', 'start', 'componentRelease', 'gitaly'], { TEMPORAL_ADDRESS: servers.address() });
  const { release } = JSON.parse(started.stdout) as { release: string };
  await type(['watch', release, '--until-waiting'], { TEMPORAL_ADDRESS: servers.address() });

  const lines = linesOf(worker.output()).filter(({ workflowId }) => workflowId === release);
  expect(lines.filter(({ component }) => component !== 'gitaly')).toEqual([]);
  expect(lines.filter((line) => line.release !== release)).toEqual([]);
  expect(lines).toContainEqual(expect.objectContaining({ sdkComponent: 'worker', msg: 'Workflow started' }));
  // The third one is not promoted yet.
  expect(lines.filter(({ activityType, msg }) => activityType === 'promote' && msg === 'Activity completed').map(({ stage }) => stage)).toEqual(['staging', 'canary']);
  expect(lines.filter(({ activityType, msg }) => activityType === 'openPullRequest' && msg === 'Activity completed')).toHaveLength(1);
});

it('a token that the forge quotes gets no farther, neither into the log nor into the history', async () => {
  const token = 'ghp_0123456789abcdefghij';
  const forge = createServer((request, response) => {
    response.writeHead(500, { 'content-type': 'application/json' }).end(JSON.stringify({ message: `can't serve ${request.headers.authorization}` }));
  }).listen(0, '127.0.0.1');
  await once(forge, 'listening');
  onTestFinished(() => void forge.close());
  const { worker } = await begin({ GITHUB_API_URL: `http://127.0.0.1:${(forge.address() as AddressInfo).port}`, GITHUB_TOKEN: token });

  const handle = await servers.client().workflow.start('componentRelease', { workflowId: 'quoted', taskQueue: 'slipway', args: [{ component: 'gitaly' }] });
  onTestFinished(async () => void (await handle.terminate().catch(() => undefined)));
  const failure = async () => (await handle.describe()).raw.pendingActivities?.[0]?.lastFailure?.message;
  await expect.poll(failure, { timeout: 20_000 }).toMatch(/can't serve \w+ \[secret\]/);
  await expect.poll(() => worker.output(), { timeout: 10_000 }).toMatch(/can't serve \w+ \[secret\]/);
  await handle.terminate();
  expect(worker.output()).not.toContain(token);
  expect(historyToJSON(await handle.fetchHistory())).not.toContain(token);
});

async function begin(env: Readonly<Record<string, string>>) {
  const world = await openWorld(servers.sandboxUrl());
  const catalog = await writeCatalog(world);
  const worker = await startWorker({ ...workerEnvironment(world, { address: servers.address(), taskQueue: 'slipway', catalog: catalog.file }), ...env });
  onTestFinished(async () => {
    await worker.stop();
    await catalog.remove();
    await world.close();
  });
  return { worker };
}

function linesOf(output: string): readonly Readonly<Record<string, unknown>>[] {
  return output.split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Record<string, unknown>);
}
