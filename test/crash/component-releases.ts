import { setTimeout as sleep } from 'node:timers/promises';
import { WithStartWorkflowOperation } from '@temporalio/client';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { environmentId } from '../../domain/environments/environment.ts';
import { componentId } from '../../domain/people/objection.ts';
import { halt, lift } from '../../workflows/component/messages.ts';
import { freeze } from '../../workflows/environments/messages.ts';
import { abort, approve, decide, reject } from '../../workflows/people/messages.ts';
import { attribute } from './attribute.ts';
import { checks, github } from './github.ts';
import type { World } from '../worlds.ts';
import { lasting } from './matrix.ts';
import type { Case } from './matrix.ts';

export function begin(client: Client, taskQueue: string): Promise<WorkflowHandle> {
  return start(client, taskQueue, {});
}

async function start(client: Client, taskQueue: string, request: { readonly sha?: string }): Promise<WorkflowHandle> {
  const started = await client.workflow.start('componentRelease', { workflowId: `start/${taskQueue}`, taskQueue, args: [{ component: 'gitaly', ...request }] });
  const { to } = (await started.result()) as { to: string };
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

const unpinned: Case = {
  ...straight,
  name: 'a release of what nothing pins',
  straight: true,
  // Asked for by its commit, as only a person does.
  begin: async (client, taskQueue, world) => {
    const { sha } = await github<{ sha: string }>(world, 'gitlab-org-security/gitaly/commits/master');
    return start(client, taskQueue, { sha });
  },
};

/** As the hourly task begins it. */
async function beginHourly(client: Client, taskQueue: string): Promise<WorkflowHandle> {
  const task = await client.workflow.start('updateComponent', { workflowId: `hourly/${taskQueue}`, taskQueue, args: [{ component: 'gitaly' }] });
  const { to } = (await task.result()) as { to: string };
  return client.workflow.getHandle(to);
}

const rejected: Case = {
  name: 'a release of the hourly task that is rejected',
  begin: beginHourly,
  async attend(release) {
    await waitsFor(release, 'approval of production');
    await release.signal(reject.signal, { stage: 'production', by: 'alice', reason: 'incident' });
  },
};

const abortedInPipeline: Case = {
  name: 'a release that is aborted while its pipeline runs',
  prepare: lasting({ repository: 'gitlab-org/gitlab', branch: 'release/gitaly' }),
  begin,
  async attend(release, world) {
    await inState(release, 'pipeline');
    await until(async () => (await checks(world, 'gitlab-org/gitlab', 'release%2Fgitaly')).some(({ status }) => status === 'in_progress'));
    await release.signal(abort.signal, { by: 'alice', reason: 'wrong week' });
  },
};

const rolledBack: Case = {
  name: 'a release that is rolled back when a stage fails',
  prepare: canaryFails,
  begin,
  attend: rollBack,
};

function canaryFails(world: World): Promise<unknown> {
  return world.control('deployments', { environment: 'canary', outcome: 'failure', times: 1 });
}

async function rollBack(release: WorkflowHandle): Promise<void> {
  await inState(release, 'deciding');
  await release.signal(decide.signal, { choice: 'rollback', by: 'alice', reason: 'incident' });
}

const abortedInQueue: Case = {
  name: 'a release that is aborted while it waits for an environment',
  async begin(client, taskQueue) {
    const startWorkflowOperation = new WithStartWorkflowOperation('environment', {
      workflowId: environmentId('staging'),
      taskQueue,
      args: [{ environment: 'staging' }],
      workflowIdConflictPolicy: 'USE_EXISTING',
    });
    await client.workflow.executeUpdateWithStart(freeze.update, { args: [{ by: 'alice', reason: 'incident' }], startWorkflowOperation });
    return begin(client, taskQueue);
  },
  async attend(release) {
    await inState(release, 'queued');
    await release.signal(abort.signal, { by: 'alice', reason: 'wrong week' });
  },
};

/** Aborted as soon as it has come to a stage's state. */
function abortedWhile(state: string, given: Pick<Case, 'prepare' | 'soak' | 'pace'> = {}): Case {
  return {
    name: `a release that is aborted while it is ${state}`,
    strike: 'afterwards',
    ...given,
    begin,
    async attend(release) {
      await inState(release, state);
      await release.signal(abort.signal, { by: 'alice', reason: 'wrong week' });
    },
  };
}

const onCanary = (outcome: string) => ({ prepare: (world: World) => world.control('deployments', { environment: 'canary', outcome }) });
const abortedInStage: readonly Case[] = [
  {
    ...abortedWhile('approval'),
    name: 'a release that is aborted while it waits for approval',
    async attend(release) {
      await waitsFor(release, 'approval of production');
      await release.signal(abort.signal, { by: 'alice', reason: 'wrong week' });
    },
  },
  {
    // An abort follows what is under way for as long as its patience.
    ...abortedWhile('promoting', { ...onCanary('never'), pace: { patience: '3s' } }),
    async attend(release, world) {
      await until(async () => (await world.journal()).some(({ key }) => key.startsWith('deployment gitlab-org/gitlab canary')));
      await release.signal(abort.signal, { by: 'alice', reason: 'wrong week' });
    },
  },
  abortedWhile('deciding', onCanary('failure')),
  abortedWhile('soaking', { soak: '10m' }),
];

const held: Case = {
  name: 'a release whose component is halted for a while',
  begin,
  async attend(release, _world, client) {
    await waitsFor(release, 'approval of production');
    const { taskQueue } = await release.describe();
    const startWorkflowOperation = new WithStartWorkflowOperation('component', { workflowId: componentId('gitaly'), taskQueue, args: [{ component: 'gitaly' }], workflowIdConflictPolicy: 'USE_EXISTING' });
    await client.workflow.executeUpdateWithStart(halt.update, { args: [{ by: 'alice', reason: 'incident' }], startWorkflowOperation });
    await release.signal(approve.signal, { stage: 'production', by: 'alice' });
    await waitsFor(release, 'the end of the halt of gitaly, by alice: incident');
    await client.workflow.getHandle(componentId('gitaly')).signal(lift.signal, { by: 'alice' });
  },
};

const takenBack: Case = {
  name: 'the taking back of a pin',
  async prepare(world) {
    const { sha } = await github<{ sha: string }>(world, 'gitlab-org-security/gitaly/commits/master');
    await world.control('commit', { repository: 'gitlab-org/gitlab', branch: 'master', files: { GITALY_SERVER_VERSION: `${sha}\n` }, message: 'Pin what leaks' });
  },
  async begin(client, taskQueue) {
    const started = await client.workflow.start('takePinBack', { workflowId: `start/${taskQueue}`, taskQueue, args: [{ component: 'gitaly', by: 'alice', reason: 'it leaks' }] });
    const { to } = (await started.result()) as { to: string };
    return client.workflow.getHandle(to);
  },
  attend: async () => {},
};

export const componentReleases: readonly Case[] = [straight, rejected, held, takenBack, unpinned, abortedInPipeline, rolledBack, abortedInQueue, ...abortedInStage];

export async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(100);
}

export async function waitsFor(release: WorkflowHandle, what: string): Promise<void> {
  return attribute(release, 'WaitingFor', what);
}

export async function inState(release: WorkflowHandle, state: string): Promise<void> {
  return attribute(release, 'ReleaseState', state);
}
