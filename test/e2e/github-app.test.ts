import { generateKeyPairSync } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import { expect, it, onTestFinished } from 'vitest';
import { approve } from '../../workflows/people/messages.ts';
import { status } from '../../workflows/release/messages.ts';
import { endEnvironments } from '../environments.ts';
import { startWorker } from '../servers.ts';
import { openWorld, workerEnvironment, writeCatalog } from '../worlds.ts';
import { useServers } from './stand.ts';
import type { ReleaseOutcome } from '../../domain/component/outcome.ts';

const servers = useServers();

it("goes on with an app's next token when the first one has expired", async () => {
  const world = await openWorld(servers.sandboxUrl());
  const catalog = await writeCatalog(world);
  onTestFinished(async () => {
    await endEnvironments(servers.client());
    await catalog.remove();
    await world.close();
  });
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048, publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs1', format: 'pem' } });
  const tokenSeconds = 10;
  await world.control('apps', { id: '17', installation: 4711, publicKey, tokenSeconds });
  const environment = workerEnvironment(world, { address: servers.address(), taskQueue: world.name, catalog: catalog.file });
  const app = { GITHUB_TOKEN: '', GITHUB_APP_ID: '17', GITHUB_APP_INSTALLATION_ID: '4711', GITHUB_APP_PRIVATE_KEY: privateKey };
  const worker = await startWorker({ ...environment, ...app });
  onTestFinished(() => worker.stop());

  const first = await servers.client().workflow.start('componentRelease', { workflowId: 'start', taskQueue: world.name, args: [{ component: 'gitaly' }] });
  const { to } = (await first.result()) as Extract<ReleaseOutcome, { kind: 'handedOver' }>;
  const release: WorkflowHandle<() => Promise<ReleaseOutcome>> = servers.client().workflow.getHandle(to);
  await expect.poll(async () => (await release.query(status)).state, { timeout: 60_000, interval: 500 }).toBe('approval');
  const since = Date.now();
  await expect.poll(() => Date.now() - since, { timeout: 20_000, interval: 1_000 }).toBeGreaterThan(tokenSeconds * 1_000);
  await release.signal(approve.signal, { stage: 'production', by: 'alice' });
  expect(await release.result()).toMatchObject({ kind: 'released' });

  const requests = await world.control<readonly { path: string; operation: string; credential: string; status: number }[]>('requests');
  expect(requests.filter(({ operation }) => operation === 'apps/create-installation-access-token').length).toBeGreaterThan(1);
  expect(requests.filter(({ status }) => status === 401)).toEqual([]);
  expect(new Set(requests.filter(({ path }) => path.includes('/api/v3/')).map(({ credential }) => credential))).toEqual(new Set(['app-17[bot]']));
  expect(await world.control('violations')).toEqual([]);
});
