import type { WorkflowHandle } from '@temporalio/client';
import { expect, it, onTestFinished } from 'vitest';
import type { ReleaseOutcome } from '../../domain/component/outcome.ts';
import { approve, reject } from '../../workflows/people/messages.ts';
import { status } from '../../workflows/release/messages.ts';
import { endEnvironments } from '../environments.ts';
import { startWorker } from '../servers.ts';
import { openWorld, workerEnvironment, writeCatalog } from '../worlds.ts';
import { useServers } from './stand.ts';

const servers = useServers();
const mirror = 'gitlab-org-security/gitaly';

it('a component that nothing pins goes from its green commit straight to its stages, and one that was stopped on its way is begun again only when somebody asks', async () => {
  const { world, start } = await begin();
  const { release, id } = await start();
  await waitsFor(release, 'approval of production');
  const { candidate, pullRequest } = await release.query(status);
  expect(pullRequest).toBeUndefined();
  expect(id).toMatch(new RegExp(`^release/gitaly/to-${candidate!.slice(0, 12)}-from-[0-9a-f]{12}-0$`));
  await release.signal(reject.signal, { stage: 'production', by: 'alice', reason: 'incident' });
  expect(await release.result()).toMatchObject({ kind: 'rejected', stays: ['staging runs it', 'canary runs it'] });
  expect((await start()).outcome).toEqual({ kind: 'upToDate', pinned: candidate });

  const again = await start({ sha: candidate });
  expect(again.id).not.toBe(id);
  await waitsFor(again.release, 'approval of production');
  await again.release.signal(approve.signal, { stage: 'production', by: 'alice' });
  expect(await again.release.result()).toEqual({ kind: 'released', candidate, stages: ['staging', 'canary', 'production'] });
  const { environments, chat, repositories } = await world.snapshot();
  const there = { repository: mirror, sha: candidate };
  expect(environments).toEqual({ staging: there, canary: there, production: there });
  expect(repositories['gitlab-org/gitlab']!.pulls).toEqual([]);
  expect(chat.gitaly_alerts!.map(({ text }) => text)).toContain(`gitaly ${candidate!.slice(0, 12)}: released through staging, canary, production`);
});

async function begin() {
  const world = await openWorld(servers.sandboxUrl());
  const catalog = await writeCatalog(world, { straight: true });
  const taskQueue = world.name;
  const worker = await startWorker(workerEnvironment(world, { address: servers.address(), taskQueue, catalog: catalog.file }));
  const client = servers.client();
  const begun: WorkflowHandle[] = [];
  onTestFinished(async () => {
    for (const release of begun) await release.terminate().catch(() => undefined);
    await endEnvironments(client);
    await worker.stop();
    await catalog.remove();
    await world.close();
  });
  let starts = 0;
  async function start(request: object = {}) {
    const first: WorkflowHandle<() => Promise<ReleaseOutcome>> = await client.workflow.start('componentRelease', { workflowId: `start-${taskQueue}-${starts++}`, taskQueue, args: [{ component: 'gitaly', ...request }] });
    const outcome = await first.result();
    const id = outcome.kind === 'handedOver' ? outcome.to : '';
    const release: WorkflowHandle<() => Promise<ReleaseOutcome>> = client.workflow.getHandle(id);
    if (id) begun.push(release);
    return { id, release, outcome };
  }
  return { world, start };
}

async function waitsFor(release: WorkflowHandle, what: string): Promise<void> {
  const seen = async () => {
    const { waitingFor, outcome } = await release.query(status);
    return waitingFor?.what ?? outcome;
  };
  await expect.poll(seen, { timeout: 60_000, interval: 100 }).toBe(what);
}
