import type { Client, WorkflowHandle } from '@temporalio/client';
import { confirm } from '../../workflows/messages.ts';
import type { World } from '../worlds.ts';
import { attribute } from './attribute.ts';
import type { Case } from './matrix.ts';

async function begin(client: Client, taskQueue: string): Promise<WorkflowHandle> {
  const input = { component: 'migrator', version: 'v5.3.4444', action: 'inject-current-schemas' };
  const start = await client.workflow.start('schemaRelease', { workflowId: `start/${taskQueue}`, taskQueue, args: [input] });
  const { to } = (await start.result()) as { to: string };
  return client.workflow.getHandle(to);
}

const scenario = 'sourcegraph';
const red = (world: World) => world.control('ci', { repository: 'sourcegraph/sourcegraph', branch: 'schemas/v5.3.4444', verdict: 'red' });

const published: Case = { name: 'a schema release', scenario, begin, attend: async () => undefined };

const takenBack: Case = { name: 'a schema release whose build is red', scenario, prepare: red, begin, attend: async () => undefined };

const putBack: Case = {
  name: 'a schema release that overwrote a tarball and whose build is red',
  scenario,
  async prepare(world) {
    await red(world);
    await world.control('objects', { bucket: 'schemas-migrations', files: { 'dist/schemas-v5.3.4444.tar.gz': 'what somebody built before' } });
  },
  begin,
  async attend(release) {
    await attribute(release, 'ReleaseState', 'confirmation');
    await release.signal(confirm.signal, { overwrite: 'OVERWRITE', by: 'alice' });
  },
};

export const schemaReleases: readonly Case[] = [published, takenBack, putBack];
