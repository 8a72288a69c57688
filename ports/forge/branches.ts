import type { Sha } from '../../domain/code/commit.ts';
import type { Repository } from '../../domain/code/repository.ts';

export interface NewCommit {
  readonly repository: Repository;
  readonly parent: Sha;
  readonly path: string;
  readonly text: string;
  readonly message: string;
  /** ISO 8601. Fixed by the caller, so that the same inputs give the same SHA. */
  readonly date: string;
  /** Makes it a merge of this commit, which has nothing but the file that `parent` lacks. */
  readonly merges?: Sha;
  /** Where it is to be put. Where commits are signed, they have a date of their own: what is there in all but that is the same. */
  readonly branch?: string;
}

export interface Branches {
  find(repository: Repository, branch: string): Promise<Sha | undefined>;
  /** Of all branches. */
  names(repository: Repository): Promise<readonly string[]>;
  /** Stores a commit that changes one file; writing it again gives the same one, unless it is signed and on no branch yet. */
  write(commit: NewCommit): Promise<Sha>;
  /** Fails with `Conflict` when the branch exists, whatever it points to. */
  create(repository: Repository, branch: string, sha: Sha): Promise<void>;
  /** Moves the branch on, to a descendant, by compare-and-swap: fails with `Conflict` unless it is at `from`. Also elsewhere, if it `discards` what is there. */
  advance(repository: Repository, branch: string, move: { readonly from: Sha; readonly to: Sha; readonly discards?: true }): Promise<void>;
  remove(repository: Repository, branch: string): Promise<void>;
}
