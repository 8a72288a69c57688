import type { Commit, Sha } from '../../domain/code/commit.ts';
import type { Change } from '../../domain/environments/contents.ts';
import type { Repository } from '../../domain/code/repository.ts';

export interface Commits {
  /** What the branch has pointed to, from its head down to `until` (with it), at most `limit`: not what is on side branches that were merged. */
  mainLine(repository: Repository, branch: string, reach: { readonly limit: number; readonly until?: Sha }): Promise<readonly MainLineCommit[]>;
  /** Finds commits of forks, too: that a commit is on a branch is shown by a `range` from it that is not diverged. */
  find(repository: Repository, sha: Sha): Promise<Commit | undefined>;
  /** What a commit changes, compared with its first parent, and its whole message. */
  change(repository: Repository, sha: Sha): Promise<Change | undefined>;
  /** Paths that a commit changes, also those that it moves files from, compared with `since`, or its first parent; undefined where they are too many to be told. */
  files(repository: Repository, sha: Sha, since?: Sha): Promise<readonly string[] | undefined>;
  /**
   * The commits in `to` that are not in `from` (SHAs, or names of branches), newest first; `diverged` when `from` is not an ancestor of `to`. Of a long
   * range the newest 500 or so are given, and `total` counts all.
   */
  range(repository: Repository, from: string, to: string): Promise<{ readonly commits: readonly Commit[]; readonly total: number; readonly diverged: boolean }>;
  /** The newest commit, of those that a branch, tag or SHA contains, that changed a file; undefined where none has. */
  lastChange(repository: Repository, path: string, ref: string): Promise<Sha | undefined>;
  /** A file's text at a branch, tag or SHA. */
  read(repository: Repository, path: string, ref: string): Promise<string | undefined>;
  /** The paths, from the repository's root, of the files right in a folder at a branch, tag or SHA. Fails rather than leave some of them out. */
  list(repository: Repository, folder: string, ref: string): Promise<readonly string[] | undefined>;
}

export interface MainLineCommit extends Commit {
  /** What the branch pointed to before it came to this commit, as far as the forge tells: several commits may have come at once. */
  readonly before?: Sha;
}
