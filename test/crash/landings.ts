import type { WorkflowHandle } from '@temporalio/client';
import type { Sha } from '../../domain/code/commit.ts';
import { candidate } from '../../workflows/component/messages.ts';
import { approve, decide } from '../../workflows/people/messages.ts';
import { attribute } from './attribute.ts';
import { begin, inState, until, waitsFor } from './component-releases.ts';
import { checks, openHead } from './github.ts';
import { lasting } from './matrix.ts';
import type { Case } from './matrix.ts';

const product = { repository: 'gitlab-org/gitlab' };
const onBranch = { ...product, branch: 'release/gitaly' };
const onMaster = { ...product, branch: 'master' };

const amended: Case = {
  name: 'a release whose pull request is amended',
  prepare: lasting(onBranch),
  begin,
  async attend(release, world) {
    await inState(release, 'pipeline');
    const { sha } = await world.control<{ sha: Sha }>('commit', { repository: 'gitlab-org/gitaly', branch: 'master', files: { 'fix.go': 'x' }, message: 'Fix' });
    await until(async () => (await checks(world, 'gitlab-org-security/gitaly', sha)).some(({ conclusion }) => conclusion === 'success'));
    await release.signal(candidate, { sha });
    await attribute(release, 'CandidateSha', sha);
    await world.control('ci', { ...product, sha: await openHead(world, product.repository), verdict: 'green' });
    await approved(release, { sha });
  },
};

const flaky: Case = {
  name: 'a release whose pipeline fails once',
  prepare: (world) => world.control('ci', { ...onBranch, verdict: 'flaky' }),
  begin,
  attend: (release) => approved(release),
};

const brokenBase: Case = {
  name: 'a release whose base branch is broken',
  async prepare(world) {
    await world.control('ci', { ...onBranch, verdict: 'red' });
    await world.control('ci', { ...onMaster, verdict: 'red' });
    await world.control('commit', { ...onMaster, files: { 'app.rb': 'broken' }, message: 'Break it' });
  },
  begin,
  async attend(release, world) {
    await until(async () => (await world.journal()).some(({ key }) => key.includes('/red-') && key.endsWith('/team')));
    await world.control('ci', { ...onBranch, verdict: 'green' });
    await world.control('ci', { ...onMaster, verdict: 'green' });
    await world.control('commit', { ...onMaster, files: { 'app.rb': 'mended' }, message: 'Mend it' });
    await approved(release);
  },
};

const closed: Case = {
  name: 'a release whose pipeline stays red and that a person closes',
  prepare: (world) => world.control('ci', { ...onBranch, verdict: 'red' }),
  begin,
  async attend(release) {
    await attribute(release, 'WaitingFor', /^a decision on the red pipeline/);
    await release.signal(decide.signal, { choice: 'close', by: 'alice', reason: 'next week' });
  },
};

const queued: Case = {
  name: 'a release whose base has a merge queue',
  prepare: (world) => world.control('protection', { ...onMaster, mergeQueue: true, requiredChecks: ['rspec'] }),
  begin,
  attend: (release) => approved(release),
};

const outdated: Case = {
  name: 'a release whose base is strict and moves on',
  async prepare(world) {
    await lasting(onBranch)(world);
    await world.control('protection', { ...onMaster, strict: true, requiredChecks: ['rspec'] });
  },
  begin,
  async attend(release, world) {
    await inState(release, 'pipeline');
    await world.control('commit', { ...onMaster, files: { 'app.rb': 'newer' }, message: 'Develop' });
    await world.control('ci', { ...onBranch, verdict: 'green' });
    await world.control('ci', { ...product, sha: await openHead(world, product.repository), verdict: 'green' });
    await approved(release);
  },
};

/** What may happen to a pull request on its way into the base branch. */
export const landings: readonly Case[] = [amended, flaky, brokenBase, closed, queued, outdated];

async function approved(release: WorkflowHandle, amended: { readonly sha?: Sha } = {}): Promise<void> {
  await waitsFor(release, 'approval of production');
  await release.signal(approve.signal, { stage: 'production', by: 'alice', ...amended });
}
