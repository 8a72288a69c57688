import type { Sha } from '../../domain/code/commit.ts';
import type { Ports } from '../../ports/ports.ts';
import { beating } from '../../ports/pulse.ts';
import { own } from './version-change.ts';
import type { VersionChange } from './version-change.ts';
import { releaseOf } from '../changes/trailer.ts';
import { pullRequestWrites } from '../changes/writes.ts';
import type { Withdrawn } from '../changes/writes.ts';

export interface Withdrawal extends VersionChange {
  /** Where the release has seen its branch last. */
  readonly followed?: Sha;
  /** The pull request that it has opened: one that is known is not searched for. */
  readonly number?: number;
}

export function createWithdrawing(ports: Pick<Ports, 'forge' | 'readLagMs'>) {
  const { forge } = ports;
  const writes = pullRequestWrites(ports);

  /**
   * Undoes `openPullRequest` and what came after, however far it came. What is not ours, and what is merged, stays: also a branch whose
   * head is neither a commit of ours nor `followed`, a person's that the release has accepted.
   */
  async function withdrawPullRequest({ followed, number, ...change }: Withdrawal): Promise<Withdrawn> {
    const { repository, head, branch, release } = change;
    const pull = number === undefined ? await own(forge, change, await forge.pullRequests.list(repository, head, branch)) : await writes.known(repository, number);
    if (pull && (await writes.close(repository, pull)) === 'merged') return { kind: 'merged', number: pull.number };
    const named = pull && { number: pull.number };
    const at = await forge.branches.find(repository, head);
    if (at === undefined) return { kind: 'withdrawn', ...named };
    if (at !== followed && (await releaseOf(forge.commits, repository, at)) !== release) return { kind: 'withdrawn', ...named, branchStays: at };
    await writes.removeBranch(repository, head, at);
    return { kind: 'withdrawn', ...named };
  }

  return { withdrawPullRequest: beating(withdrawPullRequest) };
}
