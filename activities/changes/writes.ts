import type { Sha } from '../../domain/code/commit.ts';
import { refusalOf } from '../doubt.ts';
import { effect } from '../effect.ts';
import { missing, neverRetry, tryAgain } from '../../ports/failures.ts';
import type { NewPullRequest, PullRequest } from '../../ports/forge/pull-requests.ts';
import type { Repository } from '../../domain/code/repository.ts';
import { missingLabels } from '../../domain/text/label.ts';
import type { Ports } from '../../ports/ports.ts';

interface Move {
  readonly from: Sha;
  readonly to: Sha;
  /** What is there is kept elsewhere, or not wanted: the branch may go to what does not contain it. */
  readonly discards?: true;
}

/** The writes that the life of a release's pull request is made of; each happens once. */
export function pullRequestWrites({ forge, readLagMs }: Pick<Ports, 'forge' | 'readLagMs'>) {
  const { branches, discussions, pullRequests } = forge;

  /** @throws `Conflict` when the branch exists at another commit */
  async function begin(repository: Repository, branch: string, sha: Sha): Promise<void> {
    await effect({
      key: `branch ${repository} ${branch}`,
      lagMs: 0,
      async probe() {
        const at = await branches.find(repository, branch);
        if (at === undefined || at === sha) return at;
        throw strange(repository, branch, at);
      },
      act: () => branches.create(repository, branch, sha),
    });
  }

  /** `find` looks for it in the list, which lags behind. */
  async function open(repository: Repository, head: string, find: () => Promise<PullRequest | undefined>, request: () => Promise<NewPullRequest>): Promise<PullRequest> {
    return effect({
      key: `pull request ${repository} ${head}`,
      lagMs: readLagMs,
      probe: find,
      act: async () => pullRequests.open(await request()),
    });
  }

  /** @throws `Unavailable` while it is not shown: nobody can delete one */
  async function known(repository: Repository, number: number): Promise<PullRequest> {
    const pull = await pullRequests.get(repository, number);
    if (!pull) throw missing(`${repository}#${number} is not shown`);
    return pull;
  }

  /** What the forge refuses decides nothing. @returns why it could not be labelled */
  async function label(repository: Repository, pull: PullRequest, labels: readonly string[]): Promise<string | undefined> {
    const hasAll = (there: readonly string[] = []) => missingLabels(labels, there).length === 0;
    if (hasAll(pull.labels)) return undefined;
    const labelled = effect({
      key: `labels ${repository}#${pull.number}`,
      lagMs: 0,
      probe: async () => (hasAll((await pullRequests.get(repository, pull.number))?.labels) ? true : undefined),
      act: () => discussions.addLabels(repository, pull.number, labels),
    });
    return labelled.then(() => undefined, refusalOf);
  }

  /** Moves the branch, unless somebody else has moved it already. */
  async function advance(repository: Repository, branch: string, { from, to, discards }: Move): Promise<'here' | 'elsewhere'> {
    return effect<'here' | 'elsewhere'>({
      key: `advance ${repository} ${branch} ${to}`,
      lagMs: readLagMs,
      async probe() {
        const at = await branches.find(repository, branch);
        if (at === to) return 'here';
        return at === from ? undefined : 'elsewhere';
      },
      async act() {
        await branches.advance(repository, branch, { from, to, ...(discards && { discards }) });
        return 'here';
      },
    });
  }

  /** @param text tells this body from others of the same pull request */
  async function describe(repository: Repository, number: number, { text, body }: { readonly text: string; readonly body: string }): Promise<void> {
    await effect({
      key: `body ${repository}#${number} ${text}`,
      lagMs: 0,
      probe: async () => ((await pullRequests.get(repository, number))?.body === body ? true : undefined),
      act: () => discussions.rewrite(repository, number, body),
    });
  }

  /** Answers what it has come to, or was already: somebody may have merged it meanwhile. */
  async function close(repository: Repository, { number, state: known }: Pick<PullRequest, 'number' | 'state'>): Promise<'closed' | 'merged'> {
    if (known !== 'open') return known;
    return effect({
      key: `close ${repository}#${number}`,
      lagMs: 0,
      async probe() {
        const state = (await pullRequests.get(repository, number))?.state;
        return state === 'open' ? undefined : state;
      },
      act: () => pullRequests.close(repository, number),
    });
  }

  /** Removes the branch if it is still at `sha`. What the forge refuses decides nothing. @returns why it could not be removed */
  async function removeBranch(repository: Repository, branch: string, sha: Sha): Promise<string | undefined> {
    const removed = effect({
      key: `remove branch ${repository} ${branch}`,
      lagMs: 0,
      probe: async () => ((await branches.find(repository, branch)) === sha ? undefined : true),
      act: () => branches.remove(repository, branch),
    });
    return removed.then(() => undefined, refusalOf);
  }

  /** Has a branch that a release has left begin anew, at `to`: where branches may not be removed, they may still be moved. */
  async function reuse(repository: Repository, branch: string, { from, to }: Move): Promise<void> {
    if ((await advance(repository, branch, { from, to, discards: true })) === 'elsewhere') throw tryAgain('Unavailable', `the branch ${branch} of ${repository} has just been moved`);
  }

  return { begin, open, known, label, advance, describe, close, removeBranch, reuse };
}

export function strange(repository: Repository, branch: string, at: Sha): Error {
  return neverRetry('Conflict', `branch ${branch} of ${repository} exists at ${at}, and it is not this release's: it will not be moved`);
}
