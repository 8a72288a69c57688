import type { Sha } from '../../domain/code/commit.ts';
import { missing, notYet } from '../../ports/failures.ts';
import type { Forge } from '../../ports/forge/forge.ts';
import type { PullRequest } from '../../ports/forge/pull-requests.ts';
import type { Repository } from '../../domain/code/repository.ts';

/** A pull request as the release has left it. */
interface KnownPull {
  readonly number: number;
  readonly head: Sha;
}

/** What a release sees of its pull request, on a forge whose reads lag behind its writes. */
export function pullRequestReads({ branches, commits, pullRequests }: Forge) {
  /** @throws `NotYet` while the forge does not show what the release itself has done to it */
  async function shown(repository: Repository, { number, head }: KnownPull): Promise<PullRequest> {
    const pull = await pullRequests.get(repository, number);
    // Nobody can delete one: the forge just does not show it yet.
    if (!pull) throw missing(`#${number} is not shown yet`);
    const isBehind = pull.state === 'open' && pull.head !== head && !(await commits.range(repository, pull.head, head)).diverged;
    if (isBehind) throw notYet(`#${number} is shown at ${pull.head}, before ${head}`);
    return pull;
  }

  /** The head of a branch, if `head` lacks it. */
  async function missingBase(repository: Repository, branch: string, head: Sha): Promise<Sha | undefined> {
    const base = await branches.find(repository, branch);
    return base !== undefined && (await commits.range(repository, base, head)).diverged ? base : undefined;
  }

  return { shown, missingBase };
}
