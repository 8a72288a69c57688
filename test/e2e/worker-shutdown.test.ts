import type { WorkflowHandle } from '@temporalio/client';
import { expect, it, onTestFinished } from 'vitest';
import { approve } from '../../workflows/people/messages.ts';
import { startWorker } from '../servers.ts';
import { openWorld, workerEnvironment, writeCatalog } from '../worlds.ts';
import { useServers } from './stand.ts';
import type { ReleaseOutcome } from '../../domain/component/outcome.ts';

const servers = useServers();

it('a worker that is asked to stop ends what it is doing, and another one goes on from there', async () => {
  const world = await openWorld(servers.sandboxUrl());
  const catalog = await writeCatalog(world, { pace: { attempt: '20s' } });
  onTestFinished(async () => {
    await catalog.remove();
    await world.close();
  });
  const env = { ...workerEnvironment(world, { address: servers.address(), taskQueue: world.name, catalog: catalog.file }), SLIPWAY_SHUTDOWN_MS: '20000' };
  await world.control('faults', { match: { route: 'POST /repos/{owner}/{repo}/pulls' }, action: { kind: 'delay', ms: 3_000 } });

  const stopping = await startWorker(env);
  onTestFinished(() => stopping.stop());
  const first = await servers.client().workflow.start('componentRelease', { workflowId: 'start', taskQueue: world.name, args: [{ component: 'gitaly' }] });
  const { to } = (await first.result()) as Extract<ReleaseOutcome, { kind: 'handedOver' }>;
  const release: WorkflowHandle<() => Promise<ReleaseOutcome>> = servers.client().workflow.getHandle(to);
  // The next thing after the branch is the pull request, whose answer takes its time.
  await expect.poll(async () => (await world.journal()).map(({ key }) => key)).toContain('ref gitlab-org/gitlab refs/heads/release/gitaly');
  process.kill(stopping.pid, 'SIGTERM');
  await stopping.exited;
  expect((await world.journal()).map(({ key }) => key).filter((key) => key.startsWith('pull '))).toHaveLength(1);

  const next = await startWorker(env);
  onTestFinished(() => next.stop());
  await release.signal(approve.signal, { stage: 'production', by: 'alice' });
  expect(await release.result()).toMatchObject({ kind: 'released' });
  expect(await attempts(release, 'openPullRequest')).toEqual([{ attempt: 1, worker: stopping.pid }]);
});

/** Which attempt of an activity succeeded, and in which process. */
async function attempts(release: WorkflowHandle, activity: string) {
  const { events = [] } = await release.fetchHistory();
  const scheduled = events!.filter(({ activityTaskScheduledEventAttributes: attributes }) => attributes?.activityType?.name === activity);
  return scheduled.map(({ eventId }) => {
    const started = events!.map((event) => event.activityTaskStartedEventAttributes).find((attributes) => attributes?.scheduledEventId?.toString() === eventId?.toString());
    return { attempt: started?.attempt, worker: Number(started?.identity?.split('@')[0]) };
  });
}
