import { isAncestor } from '../git/history.ts';
import { launchCi } from './ci/ci.ts';
import { followDeployRun } from './ci/controller.ts';
import { advanceQueues } from './pulls/merge-queue.ts';
import { settlePulls } from './pulls/merging.ts';
import { followMirror } from './code/mirror.ts';
import { followRefs } from './pulls/pull-request.ts';
import { addRun } from './ci/runs.ts';
import { notify } from './webhooks.ts';
import type { Repository, User } from './state.ts';
import type { Consequences, Move, World } from '../world/state.ts';

const none = '0'.repeat(40);

export const consequences: Consequences = { refMoved, ciFinished: settlePulls };

/** A tag that Actions' own token has pushed starts nothing; everybody else's does. */
function startTagRuns(world: World, repository: Repository, { tag, sha, by }: { readonly tag: string; readonly sha: string; readonly by: User }): void {
  if (by.login === 'github-actions[bot]') return;
  for (const workflow of repository.workflows.filter(({ onTags }) => onTags)) {
    followDeployRun(world, repository, addRun(world, repository, { workflow, event: 'push', title: tag, branch: tag, sha, actor: by.login, inputs: {}, jobs: ['retag'] }));
  }
}

async function refMoved(world: World, repository: Repository, move: Move): Promise<void> {
  const { ref, from, to, by } = move;
  notify(world, repository, 'push', { ref, before: from ?? none, after: to ?? none, sender: by });
  if (ref.startsWith('refs/tags/') && to !== undefined) startTagRuns(world, repository, { tag: ref.slice('refs/tags/'.length), sha: to, by });
  if (!ref.startsWith('refs/heads/')) return;
  const branch = ref.slice('refs/heads/'.length);
  await recordActivity(world, repository, move);
  if (to !== undefined) launchCi(world, repository, { sha: to, branch });
  await followRefs(world, repository, { branch, to, by });
  await advanceQueues(world, repository);
  await followMirror(world, repository);
}

/** Keeps where a branch has been. */
async function recordActivity(world: World, repository: Repository, { ref, from, to, by }: Move): Promise<void> {
  const kind = from === undefined ? 'branch_creation' : to === undefined ? 'branch_deletion' : (await isAncestor(repository.gitDir, from, to)) ? 'push' : 'force_push';
  repository.activities.push({ id: world.nextId(), ref, before: from ?? none, after: to ?? none, kind, at: world.clock.now(), actor: by.login });
}
