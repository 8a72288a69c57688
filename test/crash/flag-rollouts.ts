import type { Client, WorkflowHandle } from '@temporalio/client';
import { tested } from '../../workflows/flags/messages.ts';
import { abort, resume } from '../../workflows/people/messages.ts';
import type { World } from '../worlds.ts';
import { pinnedIn } from '../worlds.ts';
import { attribute } from './attribute.ts';
import type { Case } from './matrix.ts';

const flag = 'gitaly_go_user_delete_tag';

async function begin(client: Client, taskQueue: string, world: World): Promise<WorkflowHandle> {
  const input = { component: 'gitaly', flag, commit: await pinnedIn(world) };
  const start = await client.workflow.start('featureFlagRollout', { workflowId: `start/${taskQueue}`, taskQueue, args: [input] });
  const { to } = (await start.result()) as { to: string };
  return client.workflow.getHandle(to);
}

const prepare = (world: World) => world.control('deployed', { environment: 'production' });

const tester = async (rollout: WorkflowHandle) => {
  await attribute(rollout, 'ReleaseState', 'testing');
  await rollout.signal(tested.signal, { by: 'tina' });
};

const clean: Case = { name: 'a clean rollout', prepare, begin, attend: tester };

const unhealthy: Case = {
  name: 'a rollout with a step that is not healthy',
  async prepare(world) {
    await prepare(world);
    await world.control('health', { environment: 'production', state: 'unhealthy' });
  },
  begin,
  async attend(rollout, world) {
    await tester(rollout);
    await attribute(rollout, 'ReleaseState', 'held');
    await world.control('health', { environment: 'production', state: 'healthy' });
    await rollout.signal(resume.signal, { by: 'alice' });
  },
};

const aborted: Case = {
  name: 'a rollout that is aborted',
  async prepare(world) {
    await prepare(world);
    await world.control('health', { environment: 'production', state: 'unhealthy' });
  },
  begin,
  async attend(rollout) {
    await tester(rollout);
    await attribute(rollout, 'ReleaseState', 'held');
    await rollout.signal(abort.signal, { by: 'alice', reason: 'errors' });
  },
};

export const flagRollouts: readonly Case[] = [clean, unhealthy, aborted];
