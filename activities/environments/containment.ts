import type { Sha } from '../../domain/code/commit.ts';
import type { Repository } from '../../domain/code/repository.ts';
import { lacking, originsOf } from '../../domain/environments/contents.ts';
import type { Change } from '../../domain/environments/contents.ts';
import type { Forge } from '../../ports/forge/forge.ts';

/** Of each side so many changes are looked at; one that lacks more is not contained. */
export const mostCompared = 100;

/** Whether commits hold each other by content: history alone does not tell, because picked commits are others there. */
export function containment({ commits }: Pick<Forge, 'commits'>) {
  /** What commits change; of those beyond the newest hundred no more than is known. */
  async function changesOf(repository: Repository, found: readonly Pick<Change, 'sha' | 'title'>[]): Promise<readonly Change[]> {
    const told: Change[] = [];
    for (const { sha, title } of found) told.push((told.length < mostCompared ? await commits.change(repository, sha) : undefined) ?? { sha, title, message: title, files: [] });
    return told;
  }

  /** Whether a commit has all that another one has: from a stable branch, whose fixes are picks, one may go to the main line, and back. */
  async function comesAfter(repository: Repository, held: Sha, holder: Sha): Promise<boolean> {
    const brought = await commits.range(repository, held, holder);
    if (!brought.diverged) return true;
    const gone = await commits.range(repository, holder, held);
    if (gone.commits.length === 0 || gone.total > mostCompared) return false;
    const own: Change[] = [];
    for (const change of lacking(await changesOf(repository, gone.commits), [])) if (!(await holdsOrigin(repository, holder, change))) own.push(change);
    return own.length === 0 || lacking(own, await changesOf(repository, brought.commits)).length === 0;
  }

  async function holdsOrigin(repository: Repository, holder: Sha, change: Change): Promise<boolean> {
    for (const origin of originsOf(change)) {
      if ((await commits.find(repository, origin)) && !(await commits.range(repository, origin, holder)).diverged) return true;
    }
    return false;
  }

  /** Whether a commit has one change: that itself, or a pick of it. */
  async function holds(repository: Repository, holder: Sha, sha: Sha): Promise<boolean> {
    if (!(await commits.range(repository, sha, holder)).diverged) return true;
    const [change, { commits: others }] = [await commits.change(repository, sha), await commits.range(repository, sha, holder)];
    return change !== undefined && !change.isMerge && lacking([change], await changesOf(repository, others)).length === 0;
  }

  return { changesOf, comesAfter, holds };
}
