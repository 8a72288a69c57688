import { ApplicationFailure } from '@temporalio/common';
import type { Commit, Sha } from '../../domain/code/commit.ts';
import { lineOf } from '../../domain/code/stable-branch.ts';
import type { Commits } from '../../ports/forge/commits.ts';
import type { Forge } from '../../ports/forge/forge.ts';
import type { Repository } from '../../domain/code/repository.ts';
import { answerOf } from '../../ports/failures.ts';

/** The commit, if the branch holds it. A forge finds those of forks, too, and to a fork anybody may push. */
export async function commitOn({ find, range }: Commits, repository: Repository, branch: string, sha: Sha): Promise<Commit | undefined> {
  const commit = await find(repository, sha);
  if (!commit) return undefined;
  const { diverged } = await range(repository, sha, branch).catch(unrelated);
  return diverged ? undefined : commit;
}

/** The commit, if it is where releases come from: on the branch, or on a stable branch, which has fixes of its own. */
export async function commitOnLine({ commits, branches }: Pick<Forge, 'commits' | 'branches'>, repository: Repository, branch: string, sha: Sha): Promise<Commit | undefined> {
  const commit = await commitOn(commits, repository, branch, sha);
  if (commit || !(await commits.find(repository, sha))) return commit;
  for (const name of await branches.names(repository)) {
    const found = lineOf(name) && (await commitOn(commits, repository, name, sha));
    if (found) return found;
  }
  return undefined;
}

/** Both exist: no range between them means that they have no ancestor in common. */
function unrelated(failure: unknown): { readonly diverged: boolean } {
  if (failure instanceof ApplicationFailure && failure.type === 'InvalidInput' && answerOf(failure) === undefined) return { diverged: true };
  throw failure;
}
