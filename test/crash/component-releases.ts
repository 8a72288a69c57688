import type { Client, WorkflowHandle } from '@temporalio/client';
import { abort, approve, reject } from '../../workflows/messages.ts';
import { attribute } from './attribute.ts';
import type { Case } from './matrix.ts';

async function begin(client: Client, taskQueue: string): Promise<WorkflowHandle> {
  const start = await client.workflow.start('componentRelease', { workflowId: `start/${taskQueue}`, taskQueue, args: [{ component: 'gitaly' }] });
  const { to } = (await start.result()) as { to: string };
  return client.workflow.getHandle(to);
}

export const straight: Case = {
  name: 'a straight release',
  begin,
  async attend(release) {
    await waitsFor(release, 'approval of production');
    await release.signal(approve.signal, { stage: 'production', by: 'alice' });
  },
};

const rejected: Case = {
  name: 'a release that is rejected',
  begin,
  async attend(release) {
    await waitsFor(release, 'approval of production');
    await release.signal(reject.signal, { stage: 'production', by: 'alice', reason: 'incident' });
  },
};

const aborted: Case = {
  name: 'a release that is aborted while its pipeline runs',
  prepare: (world) => world.control('ci', { repository: 'gitlab-org/gitlab', branch: 'release/gitaly', verdict: 'slow', afterMs: 600_000 }),
  begin,
  async attend(release) {
    await inState(release, 'pipeline');
    await release.signal(abort.signal, { by: 'alice', reason: 'wrong week' });
  },
};

export const componentReleases: readonly Case[] = [straight, rejected, aborted];

async function waitsFor(release: WorkflowHandle, what: string): Promise<void> {
  return attribute(release, 'WaitingFor', what);
}

async function inState(release: WorkflowHandle, state: string): Promise<void> {
  return attribute(release, 'ReleaseState', state);
}
