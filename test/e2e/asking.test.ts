import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RunningProcess } from '../../sandbox/demonstrations/processes.ts';
import { type } from '../client/command-line.ts';
import { endEnvironments } from '../environments.ts';
import { startSandbox, startTemporal, startWorker } from '../servers.ts';
import type { SandboxServer, TemporalServer } from '../servers.ts';
import { openWorld, workerEnvironment, writeCatalog } from '../worlds.ts';
import type { World } from '../worlds.ts';
import { shaOf } from '../shas.ts';

/** One release on real parts, and what people ask about it on the way: the tests follow each other. */
let temporal: TemporalServer;
let client: Client;
let sandbox: SandboxServer;
let world: World;
let worker: RunningProcess;
let catalog: Awaited<ReturnType<typeof writeCatalog>>;
let records: string;

beforeAll(async () => {
  [temporal, sandbox, records] = await Promise.all([startTemporal(), startSandbox(), mkdtemp(join(tmpdir(), 'slipway-records-'))]);
  client = new Client({ connection: await Connection.connect({ address: temporal.address }) });
  world = await openWorld(sandbox.url);
  catalog = await writeCatalog(world);
  worker = await startWorker({ ...workerEnvironment(world, { address: temporal.address, taskQueue: 'slipway', catalog: catalog.file }), SLIPWAY_RECORDS: records });
});
afterAll(async () => {
  await endEnvironments(client);
  await client.connection.close();
  await worker?.stop();
  await catalog?.remove();
  await Promise.all([temporal.stop(), sandbox.stop(), rm(records, { recursive: true })]);
});

function slipway(...args: string[]) {
  return type(args, { TEMPORAL_ADDRESS: temporal.address, SLIPWAY_UI: 'http://ui' });
}

async function head(repository: string): Promise<string> {
  const response = await fetch(`${world.url}/api/v3/repos/${repository}/commits/master`, { headers: { authorization: 'Bearer bot-token' } });
  return ((await response.json()) as { sha: string }).sha;
}

it('the doctor finds all that a release needs, and misses what others need', async () => {
  const { exit, stdout } = await slipway('doctor', 'gitaly');
  expect(stdout).toMatch(/^ok +the forge's token +of slipway-bot$/m);
  expect(stdout).toMatch(/^ok +the Temporal server +version \d+\.\d+/m);
  expect(stdout).toMatch(/^ok +search attributes +registered$/m);
  expect(stdout).toMatch(/^ok +gitaly: #g_gitaly +can be told$/m);
  // The catalog of these tests names a health check for production only.
  expect(stdout.match(/^(missing|warning) .*/gm)).toEqual(['canary', 'flags in staging'].map((stage) => expect.stringMatching(new RegExp(`^warning +gitaly: soak of ${stage} +looks at nothing`))));
  expect(exit).toBe(0);

  const all = await slipway('doctor');
  expect(all.stdout).toMatch(/^missing +migrator: gs:\/\/schemas-migrations +GCS answered/m);
  expect(all.stdout).toMatch(/\n\nWhat to do\n(.*\n)* {2}migrator: gs:\/\/schemas-migrations: see docs\/adapters\.md\n/);
  expect(all.exit).toBe(1);
});

it('a change that nobody has released yet waits for somebody to do so', async () => {
  const { exit, stdout } = await slipway('where', 'gitaly', await head('gitlab-org-security/gitaly'));
  expect(exit).toBe(0);
  expect(stdout).toContain('not merged: ');
  expect(stdout).toContain('production does not have it: it runs nothing that is known');
  expect(stdout).toContain('blocked by the start of a release, which would carry it: slipway start componentRelease gitaly');
});

it('on its way it is blocked by whoever is waited for, which the board shows, too', async () => {
  await slipway('start', 'componentRelease', 'gitaly');
  await slipway('watch', 'gitaly', '--until-waiting');
  const sha = await head('gitlab-org-security/gitaly');
  const { stdout } = await slipway('where', 'gitaly', sha);
  expect(stdout).toMatch(new RegExp(`in the candidate ${sha.slice(0, 12)} of release/gitaly/from-`));
  expect(stdout).toMatch(/^merged: /m);
  expect(stdout).toMatch(new RegExp(`^canary has it: ${sha.slice(0, 12)} since 20`, 'm'));
  expect(stdout).toMatch(/^blocked by approval of production; who can help: alice, bob; since 20/m);

  const board = await slipway('board');
  expect(board.stdout).toMatch(new RegExp(`canary +gitaly +${sha.slice(0, 12)} +for `));
  expect(board.stdout).toMatch(/What moves\n {2}release\/gitaly\/from-\w+ +\w{12} +approval +approval of production, for/);
  expect(board.stdout).toMatch(/Who waits for whom\n {2}alice, bob +approval of production +release\/gitaly\/from-/);
  expect(JSON.parse((await slipway('board', '--json')).stdout)).toMatchObject({ environments: expect.arrayContaining([expect.objectContaining({ environment: 'canary' })]), moving: [{ status: { state: 'approval' } }] });
});

it('the views of docs/operating.md find it', async () => {
  const page = await readFile('docs/operating.md', 'utf8');
  const views = new Map([...page.matchAll(/^\| ([^|]+) \| `((?:\w+=|ExecutionStatus)[^`]+)` \|$/gm)].map(([, name = '', query = '']) => [name, query.replace('<full SHA>', shaOf('0'))]));
  const counted = await Promise.all([...views].map(async ([name, query]) => [name, (await client.workflow.count(query)).count] as const));
  expect(Object.fromEntries(counted)).toEqual({
    'waiting for people': 1,
    'waiting for an approval of production': 1,
    'in production soak': 0,
    'releases of Gitaly': expect.any(Number),
    'who carries a commit': 0,
    'the environments': 2,
    'components that somebody has objected to': 0,
  });
});

it('once it is everywhere, nothing blocks it, and its release has left a record', async () => {
  await slipway('approve', 'gitaly', '--stage', 'production', '--by', 'alice', '--reason', 'seen on canary');
  expect(await slipway('watch', 'gitaly')).toMatchObject({ exit: 0 });
  const sha = await head('gitlab-org-security/gitaly');
  const { stdout } = await slipway('where', 'gitaly', sha, '--json');
  const found = JSON.parse(stdout) as { environments: { runsIt: boolean }[] };
  expect(found.environments.map(({ runsIt }) => runsIt)).toEqual([true, true, true]);
  expect(found).not.toHaveProperty('blocked');

  const { stdout: listed } = await slipway('history', 'gitaly');
  expect(listed).toMatch(new RegExp(`^20\\d\\d-\\d\\d-\\d\\d \\d\\d:\\d\\d  release/gitaly/from-\\w{12}  ${sha.slice(0, 12)}  released through staging, canary, production\n$`));
  const [release = ''] = /release\/\S+/.exec(listed) ?? [];
  expect((await slipway('history', release)).stdout).toContain('approve of production by alice (claimed): seen on canary');
});

it('refuses what is nowhere', async () => {
  expect(await slipway('where', 'gitlay', '3371')).toMatchObject({ exit: 2, stderr: expect.stringContaining('unknown component "gitlay": did you mean "gitaly"?') });
  expect(await slipway('where', 'gitaly', '3371')).toMatchObject({ exit: 2, stderr: expect.stringContaining('gitlab-org/gitaly has no pull request #3371') });
  expect(await slipway('where', 'gitaly', '1a2b3c')).toMatchObject({ exit: 2, stderr: expect.stringContaining('a full commit SHA of 40 hex digits') });
});
