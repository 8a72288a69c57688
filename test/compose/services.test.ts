import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { duration } from '../../domain/text/duration.ts';
import { project } from '../../sandbox/parts/build.mjs';
import { freePort, property, startProcess } from '../../sandbox/demonstrations/processes.ts';
import type { RunningProcess } from '../../sandbox/demonstrations/processes.ts';
import { status } from '../../workflows/release/messages.ts';
import { startTemporal } from '../servers.ts';
import type { TemporalServer } from '../servers.ts';
import { readCompose } from './compose-file.ts';
import type { ComposeFile } from './compose-file.ts';
import { programIn } from './image.ts';

let file: ComposeFile;
let temporal: TemporalServer;
let client: Client;
let mounted: string;
/** What listens on a port that the file names listens on this one here. */
let ports: ReadonlyMap<string, number>;

beforeAll(async () => {
  ports = new Map([
    ['8080', await freePort()],
    ['8090', await freePort()],
    ['9464', await freePort()],
  ]);
  [file, temporal, mounted] = await Promise.all([
    readCompose({ password: 'pw' }),
    startTemporal(),
    mkdtemp(join(tmpdir(), 'slipway-compose-')),
  ]);
  client = new Client({ connection: await Connection.connect({ address: temporal.address }) });
});
afterAll(async () => {
  await client?.connection.close();
  await temporal?.stop();
  await rm(mounted, { recursive: true });
});

/** What the operator writes into deploy/worker.env. */
const workerEnv = { GITHUB_TOKEN: 'token', SLACK_TOKEN: 'token' };
/** … and into deploy/webhooks.env. */
const webhooksEnv = { GITHUB_WEBHOOK_SECRET: 'sixteen characters', GITHUB_WEBHOOK_SECRET_PREVIOUS: '' };

describe('the services of docker-compose.yml, as plain processes', () => {
  it('register the search attributes', async () => {
    expect(await runToEnd(commandOf('attributes'), environmentOf('attributes'))).toContain('has all of them');
  });

  it('run a worker that Temporal hears from, and that stops in time', async () => {
    const worker = await startService('worker', workerEnv);
    await healthy('worker');

    const asked = Date.now();
    process.kill(worker.pid, 'SIGTERM');
    await worker.exited;
    expect(Date.now() - asked).toBeLessThan(duration.parse(file.services.worker!.stop_grace_period));
    expect(worker.output()).toContain('"state":"STOPPED"');
  });

  it('run a worker that Prometheus can watch', async () => {
    await startService('worker', workerEnv);
    const metrics = await (await fetch(`http://127.0.0.1:${ports.get('9464')}/metrics`)).text();
    expect(metrics).toContain('temporal_worker_task_slots_available');
  });

  it('call a worker that does not poll unhealthy', async () => {
    const elsewhere = { ...environmentOf('worker'), SLIPWAY_TASK_QUEUE: 'nobody-polls-this' };
    await expect(runToEnd(healthcheckOf('worker'), elsewhere)).rejects.toThrow(/no worker on \S+ polls nobody-polls-this/);
  });

  it('announce the build of a worker that is given one', async () => {
    await startService('worker', { ...workerEnv, SLIPWAY_BUILD_ID: 'sha256-1' });
    await healthy('worker', { SLIPWAY_BUILD_ID: 'sha256-1' });
    const describeDeployment = () => client.workflowService.describeWorkerDeployment({ namespace: 'default', deploymentName: 'slipway' });
    await expect
      .poll(async () => (await describeDeployment().catch(() => undefined))?.workerDeploymentInfo?.versionSummaries?.map((version) => version.deploymentVersion?.buildId), {
        timeout: 20_000,
      })
      .toEqual(['sha256-1']);
  });

  it('receive webhooks, and believe only signed ones', async () => {
    const webhooks = await startService('webhooks', webhooksEnv);
    await runToEnd(healthcheckOf('webhooks'), {});
    await expect(runToEnd(healthcheckOf('sandbox'), {})).rejects.toThrow(/Command failed/);

    const body = JSON.stringify({ zen: 'Keep it logically awesome.', hook_id: 1 });
    const signature = `sha256=${createHmac('sha256', webhooksEnv.GITHUB_WEBHOOK_SECRET).update(body).digest('hex')}`;
    const deliver = async (signature: string) => {
      const headers = { 'content-type': 'application/json', 'x-github-event': 'ping', 'x-github-delivery': '1', 'x-hub-signature-256': signature };
      return (await fetch(`http://127.0.0.1:${ports.get('8080')}/webhooks/github`, { method: 'POST', headers, body })).status;
    };
    expect(await deliver(signature)).toBe(202);
    expect(await deliver(signature.replace(/.$/, (last) => (last === '0' ? '1' : '0')))).toBe(401);

    process.kill(webhooks.pid, 'SIGTERM');
    await webhooks.exited;
  });

  it('carry a release of the sandbox as far as its approval', async () => {
    await startService('sandbox');
    await runToEnd(healthcheckOf('sandbox'), {});
    await runToEnd(commandOf('sandbox-world'), {});
    await startService('sandbox-worker');

    const env = environmentOf('sandbox-worker');
    const { release } = JSON.parse(await runToEnd(['slipway', '--json', 'start', 'componentRelease', 'gitaly'], env)) as { release: string };
    const { waitingFor } = await untilWaiting(release);
    expect(waitingFor?.what).toBe('approval of production');
    expect(await runToEnd(['node', 'dist/worker/rehearsal.js'], env)).toContain(`goes on  ${release}`);
  });
});

async function startService(name: string, env: Record<string, string> = {}): Promise<RunningProcess> {
  const [program = '', ...args] = asProcess(commandOf(name));
  const service = await startProcess({
    program,
    args,
    env: { ...environmentOf(name), ...env },
    ready: (line) => property(line, 'ready') ?? property(line, 'url'),
  });
  onTestFinished(() => service.stop());
  return service;
}

async function healthy(name: string, env: Record<string, string> = {}): Promise<void> {
  const ask = () => runToEnd(healthcheckOf(name), { ...environmentOf(name), ...env }).then(() => 'healthy', String);
  await expect.poll(ask, { timeout: 30_000, interval: 500 }).toBe('healthy');
}

/** @throws an Error with what it said when it ends with another code than 0 */
async function runToEnd(command: readonly string[], env: Record<string, string>): Promise<string> {
  const [program = '', ...args] = asProcess(command);
  return promisify(execFile)(program, args, { cwd: project, env: { PATH: process.env.PATH!, ...env } }).then(
    ({ stdout }) => stdout,
    (error: Error & { stdout: string; stderr: string }) => {
      throw new Error(`${error.message}\n${error.stdout}${error.stderr}`);
    },
  );
}

function commandOf(name: string): readonly string[] {
  return file.services[name]!.command!;
}

function healthcheckOf(name: string): readonly string[] {
  const [kind, ...command] = file.services[name]!.healthcheck!.test;
  expect(kind).toBe('CMD');
  return command;
}

function environmentOf(name: string): Record<string, string> {
  const { environment = {} } = file.services[name]!;
  return Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, here(String(value))]));
}

function asProcess([program = '', ...args]: readonly string[]): readonly string[] {
  const given = args.map(here);
  return program === 'slipway' ? [process.execPath, join(project, programIn([program])!), ...given] : [process.execPath, ...given];
}

/** What the containers find under a name or a path, on this machine. */
function here(text: string): string {
  return text
    .replaceAll('temporal:7233', temporal.address)
    .replaceAll(/\b(?:8080|8090|9464)\b/g, (port) => String(ports.get(port)))
    .replace('0.0.0.0', '127.0.0.1')
    .replace(/^dist\//, `${project}/dist/`)
    .replace(/^\/catalog\//, `${mounted}/`)
    .replace(/^\/tmp\/worlds$/, join(mounted, 'worlds'))
    .replace(/^\/etc\/slipway\//, `${project}/`);
}

async function untilWaiting(release: string) {
  const handle = client.workflow.getHandle(release);
  await expect.poll(async () => (await handle.query(status)).waitingFor?.whom, { timeout: 60_000, interval: 500 }).toBeDefined();
  return handle.query(status);
}
