import type { Repository } from '../code/repository.ts';

/**
 * What a pull request carries into a branch, as far as its life goes. The rest is its capability's: the commit, the body, and what an edit by a
 * person means.
 */
export interface CarriedChange {
  readonly repository: Repository;
  /** The branch that it is on. */
  readonly branch: string;
  /** The branch that it is merged into. */
  readonly into: string;
  readonly method: 'merge' | 'squash' | 'rebase';
  /** Whether the forge may merge it by itself, as soon as nothing is missing. */
  readonly autoMerge: boolean;
  /** Whom people are told to look for who have to do something about it: a channel. */
  readonly team: string;
  /** How long its checks may take to report before people hear of it, ms. */
  readonly patience: number;
}
