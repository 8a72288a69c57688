import type { Client, WorkflowHandle } from '@temporalio/client';
import { asSha } from '../../domain/code/commit.ts';
import { componentId } from '../../domain/people/objection.ts';
import { lift } from '../../workflows/component/messages.ts';
import { approve, decide, reject } from '../../workflows/people/messages.ts';
import { begin, inState, until, waitsFor } from './component-releases.ts';
import { checks, deploy } from './github.ts';
import { lasting } from './matrix.ts';
import type { Case } from './matrix.ts';
import type { World } from '../worlds.ts';

const product = 'gitlab-org/gitlab';
const mirror = 'gitlab-org-security/gitaly';

/** A later release of the same component: `begin` is the first. */
async function beginAgain(client: Client, taskQueue: string): Promise<WorkflowHandle> {
  const start = await client.workflow.start('componentRelease', { workflowId: `again/${taskQueue}`, taskQueue, args: [{ component: 'gitaly' }] });
  const { to } = (await start.result()) as { to: string };
  return client.workflow.getHandle(to);
}

/** A commit of Gitaly, green on the mirror. */
async function fix(world: World): Promise<void> {
  const { sha } = await world.control<{ sha: string }>('commit', { repository: 'gitlab-org/gitaly', branch: 'master', files: { 'fix.go': 'x' }, message: 'Fix' });
  await until(async () => {
    const found = await checks(world, mirror, sha);
    return found.length > 0 && found.every(({ conclusion }) => conclusion !== null);
  });
}

async function approveProduction(release: WorkflowHandle): Promise<void> {
  await waitsFor(release, 'approval of production');
  await release.signal(approve.signal, { stage: 'production', by: 'alice' });
}

const adopted: Case = {
  name: 'a release that adopts what a terminated one has opened, and carries a newer commit',
  prepare: lasting({ repository: product, branch: 'release/gitaly' }),
  async begin(client, taskQueue, world) {
    const first = await begin(client, taskQueue);
    await inState(first, 'pipeline');
    await until(async () => (await world.journal()).some(({ key }) => key.endsWith('/opened')));
    await first.terminate('by hand');
    await fix(world);
    await world.control('ci', { repository: product, branch: 'release/gitaly', verdict: 'green' });
    return beginAgain(client, taskQueue);
  },
  async attend(release) {
    await waitsFor(release, 'approval of production');
    // It has carried another commit before: a vote has to say which it is for.
    const { searchAttributes } = await release.describe();
    const [sha] = searchAttributes['CandidateSha'] as string[];
    await release.signal(approve.signal, { stage: 'production', by: 'alice', sha: asSha(sha!) });
  },
};

const carriedOn: Case = {
  name: 'a release that carries on what was merged and rejected',
  async begin(client, taskQueue) {
    const first = await begin(client, taskQueue);
    await waitsFor(first, 'approval of production');
    await first.signal(reject.signal, { stage: 'production', by: 'alice', reason: 'incident' });
    await first.result();
    await client.workflow.getHandle(componentId('gitaly')).signal(lift.signal, { by: 'alice' });
    return beginAgain(client, taskQueue);
  },
  attend: (release) => approveProduction(release),
};

const superseding: Case = {
  name: 'a release that takes the place of an older one at the gate',
  async begin(client, taskQueue, world) {
    const first = await begin(client, taskQueue);
    await waitsFor(first, 'approval of production');
    await fix(world);
    const second = await beginAgain(client, taskQueue);
    await first.result();
    return second;
  },
  attend: (release) => approveProduction(release),
};

const newest: Case = {
  name: 'a release in whose place the newest commit is deployed',
  async prepare(world) {
    const { sha } = await world.control<{ sha: string }>('commit', { repository: product, branch: 'hotfix', files: { 'app/login.rb': 'x' }, message: 'Mend login' });
    await deploy(world, { repository: product, environment: 'production', sha });
  },
  begin,
  async attend(release, world) {
    await waitsFor(release, 'approval of production');
    await world.control('commit', { repository: product, branch: 'master', files: { 'app/search.rb': 'x' }, message: 'Add search' });
    await release.signal(approve.signal, { stage: 'production', by: 'alice' });
    await waitsFor(release, 'a decision on what production is to run');
    await release.signal(decide.signal, { choice: 'promoteNewest', by: 'olga' });
    await until(async () => (await world.journal()).some(({ key }) => key.includes('/production-newest-')));
    await waitsFor(release, 'a decision on what production is to run');
    await release.signal(decide.signal, { choice: 'anyway', by: 'olga', reason: 'the hotfix is not needed' });
  },
};

/** What one release leaves to the next, and others to both. */
export const occasions: readonly Case[] = [adopted, carriedOn, superseding, newest];
