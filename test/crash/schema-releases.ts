import type { WorkflowHandle } from '@temporalio/client';
import { abort, confirm, decide } from '../../workflows/people/messages.ts';
import type { World } from '../worlds.ts';
import { attribute } from './attribute.ts';
import { openHead } from './github.ts';
import { lasting } from './matrix.ts';
import type { Case } from './matrix.ts';

const scenario = 'sourcegraph';
const repository = 'sourcegraph/sourcegraph';
const onBranch = { repository, branch: 'schemas/v5.3.4444' };
const inject = { component: 'migrator', version: 'v5.3.4444', action: 'inject-current-schemas' };
const fetching = { component: 'migrator', version: 'v5.2.1093', action: 'fetch-current-schemas', base: '5.2' };
const patch = { component: 'migrator', version: 'v5.2.1234', action: 'inject-current-schemas', base: '5.2' };

function releasing(input: { readonly component: string; readonly version: string }, type = 'schemaRelease'): Case['begin'] {
  return async ({ workflow }, taskQueue) => {
    const start = await workflow.start(type, { workflowId: `start/${taskQueue}/${input.version}`, taskQueue, args: [input] });
    const { to } = (await start.result()) as { to: string };
    return workflow.getHandle(to);
  };
}

const nobody = async () => undefined;
const red = (world: World) => world.control('ci', { ...onBranch, verdict: 'red' });

export const published: Case = { name: 'a schema release', scenario, begin: releasing(inject), attend: nobody };

const fetched: Case = { name: 'a schema release of what is published', scenario, begin: releasing(fetching), attend: nobody };

const takenBack: Case = { name: 'a schema release whose build is red', scenario, prepare: red, begin: releasing(inject), attend: nobody };

export const putBack: Case = {
  name: 'a schema release that overwrote a tarball and whose build is red',
  scenario,
  async prepare(world) {
    await red(world);
    await world.control('objects', { bucket: 'schemas-migrations', files: { 'dist/schemas-v5.3.4444.tar.gz': 'what somebody built before' } });
  },
  begin: releasing(inject),
  async attend(release) {
    await attribute(release, 'ReleaseState', 'confirmation');
    await release.signal(confirm.signal, { item: 'overwrite', by: 'alice', text: 'OVERWRITE' });
  },
};

const overtaken: Case = {
  name: 'a schema release that is built again with what another has published',
  scenario,
  prepare: lasting(onBranch),
  begin: releasing(inject),
  async attend(release, world, client) {
    await attribute(release, 'ReleaseState', 'pipeline');
    const other = await releasing(patch)(client, world.name, world);
    await other.result();
    await world.control('ci', { ...onBranch, verdict: 'green' });
    await world.control('ci', { repository, sha: await openHead(world, repository), verdict: 'green' });
  },
};

const aborted: Case = {
  name: 'a schema release that is aborted while it waits for its build',
  scenario,
  prepare: lasting(onBranch),
  begin: releasing(inject),
  async attend(release) {
    await attribute(release, 'ReleaseState', 'pipeline');
    await release.signal(abort.signal, { by: 'alice', reason: 'wrong branch' });
  },
};

const cancelled: Case = {
  name: 'a schema release that is cancelled while it lacks a review after its upload',
  scenario,
  prepare: (world) => protect(world, { requiredReviews: 1 }),
  begin: releasing(inject),
  async attend(release, world) {
    await publishUnreviewed(release);
    await release.cancel();
    await protect(world, {});
  },
};

const givenUp: Case = {
  name: 'a schema release whose merge is given up after its upload',
  scenario,
  strike: 'afterwards',
  prepare: (world) => protect(world, { requiredReviews: 1 }),
  begin: releasing(inject),
  async attend(release) {
    await publishUnreviewed(release);
    await release.signal(decide.signal, { choice: 'giveUp', by: 'alice', reason: 'nobody reviews it' });
  },
};

/** Its pull request lacks a review: it asks before it publishes, and whether that is given up after that. */
async function publishUnreviewed(release: WorkflowHandle): Promise<void> {
  await attribute(release, 'ReleaseState', 'deciding');
  await release.signal(decide.signal, { choice: 'publish', by: 'alice', reason: 'I merge it by hand' });
  await attribute(release, 'WaitingFor', '#1 is not merged: it lacks a review');
}

export const rebuilt: Case = {
  name: 'a schema release whose base changes the schemas meanwhile',
  scenario,
  strike: 'afterwards',
  async prepare(world) {
    await protect(world, { strict: true });
    await lasting(onBranch)(world);
  },
  begin: releasing(inject),
  async attend(release, world) {
    await attribute(release, 'ReleaseState', 'pipeline');
    const head = await openHead(world, repository);
    await world.control('commit', { repository, branch: 'main', files: { 'internal/database/schema.json': '{"Tables":[]}' }, message: 'Migrate' });
    await world.control('ci', { ...onBranch, verdict: 'green' });
    await world.control('ci', { repository, sha: head, verdict: 'green' });
  },
};

export const repaired: Case = {
  name: 'a repair of the tarball of a schema release',
  scenario,
  strike: 'afterwards',
  async begin(client, taskQueue, world) {
    const before = await releasing(fetching)(client, `${taskQueue}`, world);
    await before.result();
    await world.control('objects', { bucket: 'schemas-migrations', files: { 'dist/schemas-v5.2.1093.tar.gz': null } });
    return client.workflow.start('schemaRelease', { workflowId: 'schemas/migrator/v5.2.1093', taskQueue, args: [fetching] });
  },
  attend: nobody,
};

const uploaded: Case = { name: 'an upload of the current schemas', scenario, begin: releasing({ component: 'migrator', version: 'v5.3.4444' }, 'uploadCurrentSchemas'), attend: nobody };

export const schemaReleases: readonly Case[] = [published, fetched, takenBack, putBack, overtaken, rebuilt, aborted, cancelled, givenUp, repaired, uploaded];

function protect(world: World, rules: { readonly requiredReviews?: number; readonly strict?: true }): Promise<unknown> {
  return world.control('protection', { repository, branch: 'main', requiredChecks: ['bazel'], ...rules });
}
