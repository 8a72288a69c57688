import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { project } from '../../sandbox/parts/build.mjs';
import type { RunningProcess } from '../../sandbox/demonstrations/processes.ts';
import { startSandbox, startTemporal, startWorker } from '../servers.ts';
import type { SandboxServer, TemporalServer } from '../servers.ts';
import { openWorld, workerEnvironment, writeCatalog } from '../worlds.ts';
import type { World } from '../worlds.ts';
import { startCollector } from './collector.ts';

let temporal: TemporalServer;
let sandbox: SandboxServer;
let collector: Awaited<ReturnType<typeof startCollector>>;
let world: World;
let catalog: Awaited<ReturnType<typeof writeCatalog>>;
let worker: RunningProcess;
let client: Client;

/** As an operator sets it; the last one so that a test need not wait five seconds. */
const otel = () => ({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=test', OTEL_BSP_SCHEDULE_DELAY: '200' });

beforeAll(async () => {
  [temporal, sandbox, collector] = await Promise.all([startTemporal(), startSandbox(), startCollector()]);
  client = new Client({ connection: await Connection.connect({ address: temporal.address }) });
  world = await openWorld(sandbox.url);
  catalog = await writeCatalog(world);
  worker = await startWorker({ ...workerEnvironment(world, { address: temporal.address, taskQueue: 'slipway', catalog: catalog.file }), ...otel() });
});
afterAll(async () => {
  await client?.connection.close();
  await worker?.stop();
  await catalog?.remove();
  collector?.stop();
  await Promise.all([temporal?.stop(), sandbox?.stop()]);
});

it('a release is one trace, from the command through the activities of all its workflows', async () => {
  const env = { ...process.env, TEMPORAL_ADDRESS: temporal.address, ...otel() };
  const started = await promisify(execFile)(process.execPath, [join(project, 'dist/client/slipway.js'), '--json', 'start', 'componentRelease', 'gitaly'], { env });
  const { release } = JSON.parse(started.stdout) as { release: string };
  await expect.poll(() => collector.spans.map(({ name }) => name), { timeout: 40_000 }).toContain('RunActivity:claimEnvironment');

  const begin = collector.spans.find(({ name }) => name === 'StartWorkflow:componentRelease')!;
  expect(begin).toMatchObject({ service: 'slipway', parent: '', attributes: { 'deployment.environment': 'test', 'temporal.namespace': 'default' } });
  const opened = collector.spans.find(({ name }) => name === 'RunActivity:openPullRequest');
  expect(opened).toMatchObject({
    service: 'slipway-worker',
    trace: begin.trace,
    parent: begin.id,
    attributes: { temporalWorkflowId: release, 'temporal.task_queue': 'slipway', 'deployment.environment': 'test' },
  });
  const activities = collector.spans.filter(({ name }) => name.startsWith('RunActivity:'));
  expect(new Set(activities.map(({ trace }) => trace))).toEqual(new Set([begin.trace]));
  // What an activity says to another workflow belongs to it.
  const claim = collector.spans.find(({ name }) => name === 'UpdateWithStartWorkflow:claim')!;
  expect(activities).toContainEqual(expect.objectContaining({ name: 'RunActivity:claimEnvironment', id: claim.parent }));
});

it('what the UI starts is a trace that its run names', async () => {
  const handle = await client.workflow.start('doctor', { workflowId: 'from-the-ui', taskQueue: 'slipway', args: [{ component: 'gitaly' }] });
  await handle.result();
  const spans = () => collector.spans.filter(({ attributes }) => attributes.temporalWorkflowId === 'from-the-ui');
  await expect.poll(() => spans().length, { timeout: 10_000 }).toBeGreaterThan(0);
  expect(new Set(spans().map(({ trace }) => trace))).toEqual(new Set([handle.firstExecutionRunId.replaceAll('-', '')]));
});
