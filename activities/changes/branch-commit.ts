import { ApplicationFailure } from '@temporalio/common';
import type { Commit, Sha } from '../../domain/code/commit.ts';
import type { Commits } from '../../ports/forge/commits.ts';
import type { Repository } from '../../domain/code/repository.ts';

/** The commit, if the branch holds it. A forge finds those of forks, too, and to a fork anybody may push. */
export async function commitOn({ find, range }: Commits, repository: Repository, branch: string, sha: Sha): Promise<Commit | undefined> {
  const commit = await find(repository, sha);
  if (!commit) return undefined;
  const { diverged } = await range(repository, sha, branch).catch(unrelated);
  return diverged ? undefined : commit;
}

/** Both exist: no range between them means that they have no ancestor in common. */
function unrelated(failure: unknown): { readonly diverged: boolean } {
  if (failure instanceof ApplicationFailure && failure.type === 'InvalidInput') return { diverged: true };
  throw failure;
}
