import type { Sha } from '../../domain/code/commit.ts';
import type { Repository } from '../../domain/code/repository.ts';

export type MergeMethod = 'merge' | 'squash' | 'rebase';

export type MergeResult =
  | { readonly kind: 'merged'; readonly sha: Sha }
  /** The head moved since: new code, which nobody has approved. */
  | { readonly kind: 'moved' }
  /** Nothing but a review is missing. */
  | { readonly kind: 'unreviewed'; readonly reason: string }
  /** The base branch has moved on, and asks for a head that contains it. */
  | { readonly kind: 'behind'; readonly reason: string }
  /** It can't be merged into its base as that is now. */
  | { readonly kind: 'conflicts'; readonly reason: string }
  /** The base branch takes changes through its merge queue only. */
  | { readonly kind: 'queueRequired'; readonly reason: string }
  /** The forge says no: a missing check, a draft, another merge that is under way. `isBlocked`: and shows the pull request as blocked. */
  | { readonly kind: 'refused'; readonly reason: string; readonly isBlocked?: true };

export interface QueuePlace {
  readonly waits: boolean;
  /** The last time that it left the queue, for whatever reason: a merge is one, too. */
  readonly lastRemoval?: {
    readonly id: string;
    /** In the forge's words. */
    readonly reason: string;
    /** The commit that was tried in its name, and whose checks decided. */
    readonly tried?: Sha;
  };
}

/** A pull request that is open, as those see it who wait for its merge. */
export interface WaitingPullRequest {
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly head: Sha;
  readonly isDraft: boolean;
  /** Logins. */
  readonly assignees: readonly string[];
}

/** How a pull request gets into its base branch: at once, as soon as it may, or through a merge queue. */
export interface Merging {
  /** Merges only if the head is still exactly `sha`. */
  merge(repository: Repository, number: number, sha: Sha, method: MergeMethod): Promise<MergeResult>;
  /** Has the forge merge it as soon as it may. `mergeable`: nothing keeps it from being merged now, and then the forge won't. */
  mergeWhenReady(repository: Repository, number: number, sha: Sha, method: MergeMethod): Promise<'waits' | 'mergeable' | 'moved'>;
  /** Takes that back, and takes it out of a merge queue. The forge does so by itself only when somebody pushes. */
  keepFromMerging(repository: Repository, number: number): Promise<void>;
  /**
   * Puts it into its base branch's merge queue, only if the head is still exactly `sha`; `moved`, too, if it is not open any more. Changes wait
   * there to be tried together with those before them, and are then merged by the forge.
   */
  enterQueue(repository: Repository, number: number, sha: Sha): Promise<'waits' | 'moved'>;
  queuePlace(repository: Repository, number: number): Promise<QueuePlace>;
  /** Every pull request that is open into a branch, newest first. */
  waiting(repository: Repository, base: string): Promise<readonly WaitingPullRequest[]>;
}
