import { Client, Connection } from '@temporalio/client';
import { expect, it, onTestFinished } from 'vitest';
import type { Outcome } from '../../domain/outcome.ts';
import { approve } from '../../workflows/people/messages.ts';
import { startKillableWorker } from '../crash/killable-worker.ts';
import { forgetful } from '../crash/lanes.ts';
import { startSandbox, startTemporal } from '../servers.ts';
import { openWorld, workerEnvironment, writeCatalog } from '../worlds.ts';
import { reached } from './product.ts';

it('what a worker that was frozen between its question and the sending starts a second time is called off, and the team knows', async () => {
  const { world, client, start } = await openAll();
  const frozen = await start({ SLIPWAY_TEST_FREEZES: '/dispatches$' });
  const { to } = await client.workflow.execute<() => Promise<Outcome & { readonly to: string }>>('componentRelease', { workflowId: 'start', taskQueue: world.name, args: [{ component: 'gitaly' }] as never });
  const release = client.workflow.getHandle(to);
  await reached(release, 'approval of production');
  await world.control('runs', { workflow: 'deploy.yml', conclusion: 'success', afterMs: 4_000, times: 2 });
  const sending = frozen.freezeSending();
  await release.signal(approve.signal, { stage: 'production', by: 'alice' });
  expect(await sending).toMatch(/\/deploy\.yml\/dispatches$/);

  await start();
  const dispatched = async () => (await world.journal()).filter(({ key }) => key.startsWith('dispatch ') && key.includes('/production/'));
  await expect.poll(dispatched).toHaveLength(1);
  frozen.thaw();
  expect(await release.result()).toMatchObject({ kind: 'released' });
  const [first] = await dispatched();
  expect(await dispatched()).toEqual([first, { ...first, nth: 2, seq: expect.anything(), at: expect.anything() }]);
  expect((await world.journal()).map(({ key }) => key)).toContain(first!.key.replace('dispatch', 'cancel'));
  await expect.poll(async () => JSON.stringify((await world.snapshot()).chat['g_gitaly'])).toContain('the deployment to production was started twice');
});

async function openAll() {
  const [temporal, sandbox] = await Promise.all([startTemporal({ settings: forgetful }), startSandbox()]);
  const connection = await Connection.connect({ address: temporal.address });
  const world = await openWorld(sandbox.url);
  const catalog = await writeCatalog(world, { soak: '0s' });
  const workers: Awaited<ReturnType<typeof startKillableWorker>>[] = [];
  onTestFinished(async () => {
    await Promise.all(workers.map((worker) => worker.kill('group')));
    await connection.close();
    await Promise.all([temporal.stop(), sandbox.stop(), catalog.remove()]);
  });
  return {
    world,
    client: new Client({ connection }),
    async start(more: Readonly<Record<string, string>> = {}) {
      const worker = await startKillableWorker({ ...workerEnvironment(world, { address: temporal.address, taskQueue: world.name, catalog: catalog.file }), SANDBOX_WORLD: world.url, ...more });
      workers.push(worker);
      return worker;
    },
  };
}
