import { launchCi } from './ci.ts';
import { followDeployRun } from './controller.ts';
import { advanceQueues } from './merge-queue.ts';
import { settlePulls } from './merging.ts';
import { followMirror } from './mirror.ts';
import { followRefs } from './pull-request.ts';
import { addRun } from './runs.ts';
import { notify } from './webhooks.ts';
import type { Repository, User } from './state.ts';
import type { Consequences, Move, World } from '../state.ts';

export const consequences: Consequences = { refMoved, ciFinished: settlePulls };

/** A tag that Actions' own token has pushed starts nothing; everybody else's does. */
function startTagRuns(world: World, repository: Repository, { tag, sha, by }: { readonly tag: string; readonly sha: string; readonly by: User }): void {
  if (by.login === 'github-actions[bot]') return;
  for (const workflow of repository.workflows.filter(({ onTags }) => onTags)) {
    followDeployRun(world, repository, addRun(world, repository, { workflow, event: 'push', title: tag, branch: tag, sha, actor: by.login, inputs: {}, jobs: ['retag'] }));
  }
}

async function refMoved(world: World, repository: Repository, { ref, from, to, by }: Move): Promise<void> {
  const none = '0'.repeat(40);
  notify(world, repository, 'push', { ref, before: from ?? none, after: to ?? none, sender: by });
  if (ref.startsWith('refs/tags/') && to !== undefined) startTagRuns(world, repository, { tag: ref.slice('refs/tags/'.length), sha: to, by });
  if (!ref.startsWith('refs/heads/')) return;
  const branch = ref.slice('refs/heads/'.length);
  if (to !== undefined) launchCi(world, repository, { sha: to, branch });
  await followRefs(world, repository, { branch, to, by });
  await advanceQueues(world, repository);
  await followMirror(world, repository);
}
