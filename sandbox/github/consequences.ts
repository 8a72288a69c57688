import { launchCi } from './ci.ts';
import { advanceQueues } from './merge-queue.ts';
import { settlePulls } from './merging.ts';
import { followMirror } from './mirror.ts';
import { followRefs } from './pull-request.ts';
import { notify } from './webhooks.ts';
import type { Repository } from './state.ts';
import type { Consequences, Move, World } from '../state.ts';

export const consequences: Consequences = { refMoved, ciFinished: settlePulls };

async function refMoved(world: World, repository: Repository, { ref, from, to, by }: Move): Promise<void> {
  const none = '0'.repeat(40);
  notify(world, repository, 'push', { ref, before: from ?? none, after: to ?? none, sender: by });
  if (!ref.startsWith('refs/heads/')) return;
  const branch = ref.slice('refs/heads/'.length);
  if (to !== undefined) launchCi(world, repository, { sha: to, branch });
  await followRefs(world, repository, { branch, to, by });
  await advanceQueues(world, repository);
  await followMirror(world, repository);
}
