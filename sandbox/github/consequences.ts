import { launchCi } from './ci.ts';
import { advanceQueues } from './merge-queue.ts';
import { settlePulls } from './merging.ts';
import { followMirror } from './mirror.ts';
import { followRefs } from './pull-request.ts';
import { notify } from './webhooks.ts';
import type { World } from '../world.ts';
import type { Move } from './refs.ts';
import type { Repository } from './repository.ts';

/** What GitHub does by itself after something has happened. The acts know only this, not each other. */
export interface Consequences {
  refMoved(world: World, repository: Repository, move: Move): Promise<void>;
  ciFinished(world: World, repository: Repository): Promise<void>;
}

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
