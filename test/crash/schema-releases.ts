import { confirm } from '../../workflows/messages.ts';
import type { World } from '../worlds.ts';
import { attribute } from './attribute.ts';
import type { Case } from './matrix.ts';

const scenario = 'sourcegraph';
const repository = 'sourcegraph/sourcegraph';
const onBranch = { repository, branch: 'schemas/v5.3.4444' };
const inject = { component: 'migrator', version: 'v5.3.4444', action: 'inject-current-schemas' };
const fetching = { component: 'migrator', version: 'v5.2.1093', action: 'fetch-current-schemas', base: '5.2' };
const patch = { component: 'migrator', version: 'v5.2.1234', action: 'inject-current-schemas', base: '5.2' };

function releasing(input: { readonly version: string }): Case['begin'] {
  return async ({ workflow }, taskQueue) => {
    const start = await workflow.start('schemaRelease', { workflowId: `start/${taskQueue}/${input.version}`, taskQueue, args: [input] });
    const { to } = (await start.result()) as { to: string };
    return workflow.getHandle(to);
  };
}

const nobody = async () => undefined;
const red = (world: World) => world.control('ci', { ...onBranch, verdict: 'red' });

const published: Case = { name: 'a schema release', scenario, begin: releasing(inject), attend: nobody };

const fetched: Case = { name: 'a schema release of what is published', scenario, begin: releasing(fetching), attend: nobody };

const takenBack: Case = { name: 'a schema release whose build is red', scenario, prepare: red, begin: releasing(inject), attend: nobody };

const putBack: Case = {
  name: 'a schema release that overwrote a tarball and whose build is red',
  scenario,
  async prepare(world) {
    await red(world);
    await world.control('objects', { bucket: 'schemas-migrations', files: { 'dist/schemas-v5.3.4444.tar.gz': 'what somebody built before' } });
  },
  begin: releasing(inject),
  async attend(release) {
    await attribute(release, 'ReleaseState', 'confirmation');
    await release.signal(confirm.signal, { overwrite: 'OVERWRITE', by: 'alice' });
  },
};

const overtaken: Case = {
  name: 'a schema release that is built again with what another has published',
  scenario,
  prepare: (world) => world.control('ci', { ...onBranch, verdict: 'slow', afterMs: 600_000 }),
  begin: releasing(inject),
  async attend(release, world, client) {
    await attribute(release, 'ReleaseState', 'pipeline');
    const other = await releasing(patch)(client, world.name, world);
    await other.result();
    await world.control('ci', { ...onBranch, verdict: 'green' });
    await world.control('ci', { repository, sha: await openHead(world), verdict: 'green' });
  },
};

export const schemaReleases: readonly Case[] = [published, fetched, takenBack, putBack, overtaken];

/** The head of the one pull request that is open. */
async function openHead(world: World): Promise<string> {
  const response = await fetch(`${world.url}/api/v3/repos/${repository}/pulls`, { headers: { authorization: 'Bearer person:dev' } });
  const [pull] = (await response.json()) as { head: { sha: string } }[];
  return pull!.head.sha;
}
