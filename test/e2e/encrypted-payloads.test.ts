import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import type { WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { project } from '../../sandbox/parts/build.mjs';
import type { RunningProcess } from '../../sandbox/demonstrations/processes.ts';
import { type } from '../client/command-line.ts';
import { startCodecServer, startSandbox, startTemporal, startWorker } from '../servers.ts';
import type { SandboxServer, TemporalServer } from '../servers.ts';
import { openWorld, workerEnvironment, writeCatalog } from '../worlds.ts';
import type { World } from '../worlds.ts';
import type { ReleaseOutcome } from '../../domain/component/outcome.ts';

let temporal: TemporalServer;
let sandbox: SandboxServer;
/** It has no keys: what it sees is what Temporal's database holds. */
let keyless: Client;

const keys = { SLIPWAY_PAYLOAD_KEYS: `2026-autumn:${randomBytes(32).toString('base64')}` };
const ui = 'http://ui.example';

beforeAll(async () => {
  [temporal, sandbox] = await Promise.all([startTemporal(), startSandbox()]);
  keyless = new Client({ connection: await Connection.connect({ address: temporal.address }) });
});
afterAll(async () => {
  await keyless?.connection.close();
  await Promise.all([temporal?.stop(), sandbox?.stop()]);
});

describe('with keys', () => {
  it('a release is as ever for those who have them, and secret for the rest', async () => {
    const { slipway, world } = await begin(keys);
    const { release: id, sha } = await waiting(slipway);
    expect((await slipway('approve', 'gitaly', '--stage', 'production', '--by', 'alice', '--reason', 'looks good')).exit).toBe(0);
    const watched = await slipway('watch', id);
    expect([watched.exit, watched.stdout]).toEqual([0, expect.stringContaining('released')]);
    expect((await world.snapshot()).environments).toHaveProperty('production');

    const history = await historyOf(id);
    const secrets = ['alice', 'looks good', sha, 'GITALY_SERVER_VERSION', '#gitaly_alerts', '/pull/1', 'Update Gitaly version'];
    const clear = texts(history);
    expect(secrets.filter((secret) => clear.some((text) => text.includes(secret)))).toEqual([]);
    // The ids of the workflows are what is left.
    for (const text of clear.filter((one) => one.includes('gitaly'))) expect(text).toMatch(/^(start\/componentRelease\/gitaly\/\d+|release\/gitaly\/from-\w+)$/);

    const decoded = texts(await decodedByUi(history));
    expect(secrets.filter((secret) => !decoded.some((text) => text.includes(secret)))).toEqual([]);
    const details = (await keyless.workflow.getHandle(id).describe()).raw;
    expect(texts(details.executionConfig?.userMetadata).join()).not.toContain('gitaly');
  });

  it('a failure says what is wrong to those who have them only', async () => {
    const { slipway } = await begin(keys);
    const { exit, stderr } = await slipway('start', 'componentRelease', 'gitlay', '--catalog', 'nowhere.yaml');
    expect([exit, stderr]).toEqual([2, expect.stringContaining('unknown component "gitlay": did you mean "gitaly"?')]);

    const failed = 'ExecutionStatus = "Failed"';
    await expect.poll(async () => (await keyless.workflow.count(failed)).count, { timeout: 10_000 }).toBe(1);
    for await (const { workflowId } of keyless.workflow.list({ query: failed })) {
      const clear = texts(await historyOf(workflowId));
      expect(clear).toContain('Encoded failure');
      expect(clear.filter((text) => text.includes('did you mean'))).toEqual([]);
    }
  });

  it('a process that lacks the key says which one', async () => {
    const { slipway, slipwayWith } = await begin(keys);
    const { release } = await waiting(slipway);
    const { exit, stderr } = await slipwayWith({}, 'status', release);
    expect([exit, stderr]).toEqual([1, expect.stringContaining('encrypted with the key "2026-autumn", which is not among SLIPWAY_PAYLOAD_KEYS (none)')]);
  });
});

it('a release that began without keys goes on when they are switched on', async () => {
  const { slipwayWith, slipway, worker, restart, env } = await begin({});
  const { release } = await waiting(slipway);
  await worker.stop();
  await restart(keys);
  const rehearsed = await promisify(execFile)(process.execPath, [join(project, 'dist/worker/rehearsal.js')], { env: { ...env, ...keys } });
  expect(rehearsed.stdout).toContain(`goes on  ${release}`);

  await slipwayWith(keys, 'approve', 'gitaly', '--stage', 'production', '--by', 'alice', '--reason', 'looks good');
  expect((await slipwayWith(keys, 'watch', release)).exit).toBe(0);
  const clear = texts(await historyOf(release));
  expect(clear.some((text) => text.includes('GITALY_SERVER_VERSION'))).toBe(true);
  expect(clear.some((text) => text.includes('looks good'))).toBe(false);
});

/** A world with a worker that has these keys, or none. */
async function begin(given: Readonly<Record<string, string>>) {
  const world: World = await openWorld(sandbox.url);
  const catalog = await writeCatalog(world);
  const env = workerEnvironment(world, { address: temporal.address, taskQueue: 'slipway', catalog: catalog.file });
  const running: RunningProcess[] = [];
  const restart = async (having: Readonly<Record<string, string>>) => {
    const worker = await startWorker({ ...env, ...having });
    running.push(worker);
    return worker;
  };
  const worker = await restart(given);
  onTestFinished(async () => {
    for await (const { workflowId } of keyless.workflow.list({ query: 'ExecutionStatus = "Running"' })) {
      await keyless.workflow.getHandle(workflowId).terminate().catch(() => undefined);
    }
    await Promise.all(running.map((one) => one.stop()));
    await catalog.remove();
    await world.close();
  });
  const slipwayWith = (having: Readonly<Record<string, string>>, ...args: string[]) =>
    type(args, { TEMPORAL_ADDRESS: temporal.address, SLIPWAY_UI: ui, ...having });
  return { world, env, worker, restart, slipwayWith, slipway: (...args: string[]) => slipwayWith(given, ...args) };
}

/** Starts a release and follows it until it waits for approval. */
async function waiting(slipway: (...args: string[]) => ReturnType<typeof type>): Promise<{ readonly release: string; readonly sha: string }> {
  const started = await slipway('start', 'componentRelease', 'gitaly', '--json');
  const { release } = JSON.parse(started.stdout) as { release: string };
  await slipway('watch', release, '--until-waiting');
  const { candidate } = JSON.parse((await slipway('status', release, '--json')).stdout) as { candidate: string };
  return { release, sha: candidate };
}

async function historyOf(id: string): Promise<object> {
  const handle: WorkflowHandle<() => Promise<ReleaseOutcome>> = keyless.workflow.getHandle(id);
  return JSON.parse(historyToJSON(await handle.fetchHistory())) as object;
}

/** Every text of a message of Temporal's, the bytes among them as text. Search attributes are in clear by their nature. */
function texts(message: unknown): readonly string[] {
  if (typeof message === 'string') return [message, Buffer.from(message, 'base64').toString()];
  if (message instanceof Uint8Array) return [Buffer.from(message).toString()];
  if (typeof message !== 'object' || message === null) return [];
  return Object.entries(message).flatMap(([name, value]) => (name === 'searchAttributes' ? [] : texts(value)));
}

/** What the UI's page makes of a history: it posts the payloads from the browser, and puts the answers in their place. */
async function decodedByUi(history: object): Promise<object> {
  const server = await startCodecServer({ ...keys, SLIPWAY_UI: ui });
  try {
    const payloads = payloadsOf(history);
    expect(payloads.length).toBeGreaterThan(50);
    const response = await fetch(`${server.ready}/decode`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-namespace': 'default', origin: ui },
      body: JSON.stringify({ payloads }),
    });
    expect(response.status).toBe(200);
    return (await response.json()) as object;
  } finally {
    await server.stop();
  }
}

function payloadsOf(message: unknown): readonly object[] {
  if (typeof message !== 'object' || message === null) return [];
  if ('metadata' in message && 'data' in message) return [message];
  return Object.values(message).flatMap(payloadsOf);
}
