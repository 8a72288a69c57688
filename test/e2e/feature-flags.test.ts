import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { endEnvironments } from '../environments.ts';
import { type as typed } from '../client/command-line.ts';
import { startWorker } from '../servers.ts';
import { openWorld, pinnedIn, workerEnvironment, writeCatalog } from '../worlds.ts';
import type { World } from '../worlds.ts';
import { useServers } from './stand.ts';

const servers = useServers({ validated: false });
let world: World;

beforeEach(async () => {
  world = await openWorld(servers.sandboxUrl());
  const catalog = await writeCatalog(world, { soak: '60s' });
  const worker = await startWorker(workerEnvironment(world, { address: servers.address(), taskQueue: world.name, catalog: catalog.file }));
  onTestFinished(async () => {
    await worker.stop();
    await endEnvironments(servers.client());
    await catalog.remove();
    await world.close();
  });
});

const slipway = (...args: readonly string[]) => typed(args, { TEMPORAL_ADDRESS: servers.address() });
const flags = (...args: readonly string[]) => slipway('flags', ...args, '--task-queue', world.name);

/** One of the catalog's operators. */
const by = ['--by', 'alice'];

it('lists the flags of a component that match, and shows one', async () => {
  for (const [name, value] of [['gitaly_delete_tag', 25], ['gitaly_delete_branch', true], ['gitaly_fetch', 5], ['monitor_delete', true]] as const) {
    await world.control('flags', { instance: 'production', name, value });
  }
  await world.control('flags', { instance: 'production', name: 'gitaly_delete_user', value: true, user: 'jane' });
  expect(await flags('list', 'gitaly', '--match', 'delete')).toMatchObject({
    exit: 0,
    stdout: 'gitaly_delete_branch  on\ngitaly_delete_tag  25 %\ngitaly_delete_user  set otherwise (actors)\n',
  });
  expect(await flags('get', 'gitaly', 'gitaly_fetch')).toMatchObject({ exit: 0, stdout: 'gitaly_fetch  5 %\n' });
  expect(await flags('get', 'gitaly', 'gitaly_fetch', '--environment', 'staging')).toMatchObject({ exit: 0, stdout: 'gitaly_fetch  unset\n' });
  expect((await flags('list', 'gitaly', '--match', 'nothing')).stdout).toBe('no flag matches in production\n');
});

it('sets a flag, and says from what', async () => {
  expect(await flags('set', 'gitaly', 'gitaly_fetch', '25', '--by', 'alice')).toMatchObject({ exit: 0, stdout: 'gitaly_fetch in production: unset → 25 %\n' });
  const { stdout } = await flags('set', 'gitaly', 'gitaly_fetch', 'false', '--by', 'alice', '--json');
  expect(JSON.parse(stdout)).toEqual({ kind: 'flagSet', environment: 'production', flag: 'gitaly_fetch', from: 25, to: false });
  expect((await world.journal()).map(({ key }) => key).filter((key) => key.startsWith('flag'))).toEqual(['flag production gitaly_fetch 25', 'flag production gitaly_fetch false']);
});

it('tells the team who has set a flag, and lets nobody set it but operators', async () => {
  expect(await flags('set', 'gitaly', 'gitaly_fetch', '100', '--by', 'Alice', '--reason', 'the incident')).toMatchObject({ exit: 0 });
  expect(await flags('set', 'gitaly', 'gitaly_fetch', '25', '--by', 'mallory')).toMatchObject({ exit: 1, stdout: 'gitaly_fetch in production was not set: "mallory" may not set flags of gitaly. Its operators: alice, bob\n' });
  const { chat } = await world.snapshot();
  expect(Object.values(chat).flat().map(({ text }) => text)).toEqual([expect.stringMatching(/^gitaly_fetch in production: unset → (100 %|on), by Alice: the incident$/)]);
});

it('says from what also when it has to write a second time', async () => {
  await world.control('faults', { match: { key: 'flag production gitaly_fetch 25' }, action: { kind: 'applyThen', reply: 'reset' } });
  expect(await flags('set', 'gitaly', 'gitaly_fetch', '25', '--by', 'alice')).toMatchObject({ exit: 0, stdout: 'gitaly_fetch in production: unset → 25 %\n' });
});

it('does not raise a flag during an incident, but lowers it, and raises it with a reason', async () => {
  await world.control('flags', { instance: 'production', name: 'gitaly_fetch', value: 50 });
  await fetch(`${world.url}/api/v3/repos/gitlab-org/gitlab/issues`, {
    method: 'POST', headers: { authorization: 'Bearer person:ann', 'content-type': 'application/json' }, body: JSON.stringify({ title: 'Errors', labels: ['incident'] }),
  });
  const refused = await flags('set', 'gitaly', 'gitaly_fetch', '100', '--by', 'alice');
  expect(refused).toMatchObject({ exit: 1, stdout: expect.stringMatching(/^gitaly_fetch in production was not set: the incident .* is open\n$/) });
  expect(await flags('set', 'gitaly', 'gitaly_fetch', '5', '--by', 'alice')).toMatchObject({ exit: 0 });
  expect(await flags('set', 'gitaly', 'gitaly_fetch', '25', '--by', 'alice', '--override', '--reason', 'unrelated')).toMatchObject({ exit: 0 });
});

it('does not set a flag that is rolled out, but says what to tell the rollout; which leaves the flag where it is when that is how it is aborted', async () => {
  const [flag, rollout] = ['gitaly_fetch', 'flag/gitaly/gitaly_fetch'];
  await world.control('deployed', { environment: 'production' });
  await servers.client().workflow.start('featureFlagRollout', { workflowId: rollout, taskQueue: world.name, args: [{ component: 'gitaly', flag, commit: await pinnedIn(world) }] });
  onTestFinished(async () => void (await servers.client().workflow.getHandle(rollout).terminate().catch(() => undefined)));
  await waits(rollout, /^waiting for a test of/m);
  expect(await slipway('tested', flag, ...by)).toMatchObject({ exit: 0 });
  await waits(rollout, /healthy staging/);
  expect(await slipway('advance', flag, ...by, '--reason', 'tested enough')).toMatchObject({ exit: 0 });
  await waits(rollout, /healthy production at 25 %/);

  expect(await flags('set', 'gitaly', flag, '50', '--reason', 'faster', '--override', ...by)).toMatchObject({
    exit: 1,
    stdout: [
      `${flag} in production was not set: ${rollout} rolls it out. Tell that instead`,
      `  slipway jump ${rollout} --to 50 --by <you> --reason why`,
      `  slipway hold ${rollout} --by <you> --reason why`,
      `  slipway abort ${rollout} --by <you> --reason why\n`,
    ].join('\n'),
  });
  expect((await flags('set', 'gitaly', flag, 'false', ...by)).stdout).not.toContain('jump');
  expect(await flags('set', 'gitaly', 'gitaly_delete_tag', '5', ...by)).toMatchObject({ exit: 0 });

  expect(await slipway('abort', flag, ...by, '--reason', 'later', '--leave')).toMatchObject({ exit: 0, stdout: `abort accepted by ${rollout}\n` });
  expect(await servers.client().workflow.getHandle(rollout).result()).toMatchObject({ kind: 'aborted', undone: [], stays: [`${flag} in staging stays on`, `${flag} in production stays 25 %`] });
  expect(await flags('get', 'gitaly', flag)).toMatchObject({ stdout: `${flag}  25 %\n` });
  expect(await flags('set', 'gitaly', flag, 'false', ...by)).toMatchObject({ exit: 0, stdout: `${flag} in production: 25 % → off\n` });
});

it.each([
  [['set', 'gitaly', 'fetch', '25', '--by', 'alice'], 'Did you mean "gitaly_fetch"?'],
  [['set', 'gitaly', 'gitaly_fetch', '150', '--by', 'alice'], 'not to 150'],
  [['set', 'gitaly', 'gitaly_fetch', '25', '--by', 'alice', '--override'], 'reason: must say why it overrides'],
  [['list', 'gitlay'], 'did you mean "gitaly"?'],
  [['list', 'gitaly', '--environment', 'prod'], 'unknown environment "prod"'],
])('refuses %j, and says what was meant', async (args, message) => {
  const { exit, stderr } = await flags(...args);
  expect({ exit, stderr }).toEqual({ exit: 2, stderr: expect.stringContaining(message) });
  expect(await world.journal()).toEqual([]);
});

it('gives up without a worker, and leaves nothing to be done by one that comes later', async () => {
  const away = `${world.name}-away`;
  const asked = [['get', 'gitaly', 'gitaly_fetch'], ['set', 'gitaly', 'gitaly_fetch', '25', '--by', 'alice']];
  for (const told of await Promise.all(asked.map((args) => slipway('flags', ...args, '--task-queue', away)))) {
    expect(told).toMatchObject({ exit: 3, stderr: expect.stringContaining(`no worker polls the task queue "${away}"`) });
  }
  expect(await servers.client().workflow.count(`TaskQueue = "${away}"`)).toMatchObject({ count: 0 });
});

async function waits(rollout: string, what: RegExp): Promise<void> {
  await expect.poll(async () => (await slipway('status', rollout)).stdout, { timeout: 30_000, interval: 200 }).toMatch(what);
}
