import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { project } from '../../sandbox/parts/build.mjs';
import { endEnvironments } from '../environments.ts';
import { startSandbox, startTemporal, startWorker } from '../servers.ts';
import type { SandboxServer, TemporalServer } from '../servers.ts';
import type { RunningProcess } from '../../sandbox/demonstrations/processes.ts';
import { openWorld, workerEnvironment } from '../worlds.ts';
import type { World } from '../worlds.ts';

const page = readFileSync(join(project, 'docs/first-real-release.md'), 'utf8');
const [guide = '', wrong = ''] = page.split('## When it goes wrong');

let temporal: TemporalServer;
let sandbox: SandboxServer;
let world: World;
let worker: RunningProcess;
let folder: string;

beforeAll(async () => {
  [temporal, sandbox] = await Promise.all([startTemporal(), startSandbox()]);
  world = await openWorld(sandbox.url);
  folder = await mkdtemp(join(tmpdir(), 'slipway-guide-'));
  const catalog = join(folder, 'slipway.yaml');
  await writeFile(catalog, catalogOfTheGuide());
  const environment = workerEnvironment(world, { address: temporal.address, taskQueue: 'slipway', catalog });
  worker = await startWorker({ ...environment, SLIPWAY_RECORDS: join(folder, 'records') });
});
afterAll(async () => {
  await worker?.stop();
  const connection = await Connection.connect({ address: temporal.address });
  await endEnvironments(new Client({ connection }));
  await connection.close();
  await Promise.all([temporal.stop(), sandbox.stop(), rm(folder, { recursive: true })]);
});

/** The guide's own, for the sandbox's repositories, and with a soak that is just longer than a command takes to begin on a busy machine. */
function catalogOfTheGuide(): string {
  const [, yaml = ''] = /```yaml\n(version: 1\n[^`]*)```/.exec(guide) ?? [];
  const names = { 'acme/engine': 'gitlab-org-security/gitaly', 'acme/product': 'gitlab-org/gitlab', ENGINE_VERSION: 'GITALY_SERVER_VERSION', 'branch: main': 'branch: master', '10m': '15s', '#releases': '#gitaly_alerts', '#engine': '#g_gitaly' };
  const changed = Object.entries(names).reduce((changing, [ours, theirs]) => changing.replaceAll(ours, theirs), yaml);
  return `${changed}pace: { poll: 300ms, sample: 2s, attempt: 5s, heartbeat: 1s, retry: 100ms }\n`;
}

/** The commands of a text, each as the arguments of `slipway`. */
function commandsOf(markdown: string): string[][] {
  return [...markdown.matchAll(/^npm run slipway -- (.*)$/gm)].map(([, line = '']) => [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, ...parts]) => parts.find((part) => part !== undefined) ?? ''));
}

async function slipway(args: readonly string[]) {
  const env = { PATH: process.env.PATH, TEMPORAL_ADDRESS: temporal.address, TEMPORAL_CONFIG_FILE: join(folder, 'none.toml') };
  const child = spawn(process.execPath, [join(project, 'dist/client/slipway.js'), ...args], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr, exit] = await Promise.all([text(child.stdout), text(child.stderr), new Promise((resolve) => child.once('close', resolve))]);
  return { exit, stdout, stderr };
}

it('the guide’s commands, one after the other, carry the guide’s component to its last stage', async () => {
  const commands = commandsOf(guide);
  expect(commands.map(([verb]) => verb)).toEqual(['validate', 'attributes', 'doctor', 'start', 'start', 'watch', 'approve', 'watch', 'history', 'schedules', 'schedules']);
  const said: string[] = [];
  for (const args of commands) {
    const { exit, stdout, stderr } = await slipway(args);
    expect({ args, exit, stderr }).toEqual({ args, exit: 0, stderr });
    said.push(stdout);
  }
  const [, , doctor, dryRun, , waiting, , released, history] = said;
  expect(doctor).not.toContain('missing');
  expect((JSON.parse(dryRun!) as { outcome: { writes: string[] } }).outcome.writes.length).toBeGreaterThan(3);
  expect(waiting).toContain('approval of production');
  expect(released).toContain('released through staging, production');
  expect(history).toContain('released');
}, 300_000);

it('what it says about trouble works on a release that is stuck', async () => {
  await world.control('ci', { repository: 'gitlab-org/gitlab', branch: 'slipway/engine', verdict: 'green', afterMs: 600_000 });
  const { sha } = await world.control<{ sha: string }>('commit', { repository: 'gitlab-org-security/gitaly', branch: 'master', files: { 'x.go': 'x' }, message: 'Develop' });
  await world.control('ci', { repository: 'gitlab-org-security/gitaly', sha, verdict: 'green' });
  await slipway(['start', 'componentRelease', 'engine']);
  const commands = commandsOf(wrong);
  expect(commands.map(([verb]) => verb)).toEqual(['status', 'pause', 'resume', 'abort', 'history']);
  await expect.poll(async () => (await slipway(commands[0]!)).stdout).toContain('the pipeline of #');
  for (const args of commands) {
    if (args[0] === 'history') await expect.poll(async () => (await slipway(args)).stdout, { timeout: 30_000 }).toContain('aborted by kim');
    const { exit, stderr } = await slipway(args);
    expect({ args, exit, stderr }).toEqual({ args, exit: 0, stderr });
  }
});
