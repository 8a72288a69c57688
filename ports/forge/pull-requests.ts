import type { Sha } from '../../domain/code/commit.ts';
import type { Repository } from '../../domain/code/repository.ts';

export interface PullRequest {
  readonly number: number;
  readonly url: string;
  readonly state: 'open' | 'closed' | 'merged';
  readonly head: Sha;
  readonly title: string;
  readonly body: string;
  readonly labels: readonly string[];
  /** ISO 8601 */
  readonly createdAt: string;
  /** SHA of the commit on the base branch, once merged. */
  readonly mergeSha?: Sha;
  /** Login of who closed or merged it. Told by `get` only: a list would cost a request for each. */
  readonly closedBy?: string;
  /** It can't be merged into its base as that is now. Told by `get` only, as are the next four. */
  readonly conflicts?: true;
  /** The base branch's protection keeps it from being merged (a check or a review is missing), it is a draft, or the forge does not know yet. */
  readonly blocked?: true;
  /** The forge does not know yet whether it can be merged. */
  readonly undecided?: true;
  /** The base branch has commits that it lacks, and asks for them before a merge. */
  readonly behind?: true;
  /** The forge merges it by itself as soon as it may. */
  readonly mergesItself?: true;
}

/** A pull request as what it has brought onto a branch. */
export interface LandedPullRequest {
  readonly number: number;
  readonly url: string;
  readonly title: string;
  readonly body: string;
  /** The branch that it came from. */
  readonly branch: string;
  /** Login; none where the account is gone. */
  readonly author?: string;
}

export interface MergedPullRequest extends LandedPullRequest {
  /** What it has made of its base branch. */
  readonly mergeSha: Sha;
  /** ISO 8601 */
  readonly mergedAt: string;
}

export interface NewPullRequest {
  readonly repository: Repository;
  readonly head: string;
  readonly base: string;
  readonly title: string;
  readonly body: string;
}

export interface PullRequests {
  /** Every pull request from `head` into `base`, in any state, newest first. */
  list(repository: Repository, head: string, base: string): Promise<readonly PullRequest[]>;
  get(repository: Repository, number: number): Promise<PullRequest | undefined>;
  open(request: NewPullRequest): Promise<PullRequest>;
  close(repository: Repository, number: number): Promise<void>;
  /** Opens one that takes a merged one back, on a branch of its own (`revertBranch`). @throws `Refused` where it can't be taken back by itself */
  revert(repository: Repository, revert: { readonly number: number; readonly title: string; readonly body: string }): Promise<PullRequest>;
  /** Those by which a commit came onto `base`, squashed, rebased or merged; mostly one. */
  landing(repository: Repository, sha: Sha, base: string): Promise<readonly LandedPullRequest[]>;
  /** Those that were merged into `base` and carry a label, oldest merge first, as far as the forge's clock tells: it counts seconds. */
  labelled(repository: Repository, label: string, base: string): Promise<readonly MergedPullRequest[]>;
  /** Paths that it changes. */
  files(repository: Repository, number: number): Promise<readonly string[]>;
}
