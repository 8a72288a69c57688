import type { Commit, Sha } from '../../domain/code/commit.ts';
import type { Repository } from '../../domain/code/repository.ts';

export interface Commits {
  /** The branch's commits from its head down, at most `limit`. */
  history(repository: Repository, branch: string, limit: number): Promise<readonly Commit[]>;
  /** Finds commits of forks, too: that a commit is on a branch is shown by a `range` from it that is not diverged. */
  find(repository: Repository, sha: Sha): Promise<Commit | undefined>;
  /** The whole message. */
  message(repository: Repository, sha: Sha): Promise<string | undefined>;
  /** Paths that a commit changes, compared with its first parent; the first 300 of them. */
  files(repository: Repository, sha: Sha): Promise<readonly string[]>;
  /**
   * The commits in `to` that are not in `from`, newest first; `diverged` when `from` is not an ancestor of `to`. Of a long
   * range the newest 500 or so are given, and `total` counts all.
   */
  range(repository: Repository, from: Sha, to: Sha): Promise<{ readonly commits: readonly Commit[]; readonly total: number; readonly diverged: boolean }>;
  /** The newest commit, of those that a branch, tag or SHA contains, that changed a file; undefined where none has. */
  lastChange(repository: Repository, path: string, ref: string): Promise<Sha | undefined>;
  /** A file's text at a branch, tag or SHA. */
  read(repository: Repository, path: string, ref: string): Promise<string | undefined>;
  /** The paths, from the repository's root, of the files right in a folder at a branch, tag or SHA. Fails rather than leave some of them out. */
  list(repository: Repository, folder: string, ref: string): Promise<readonly string[] | undefined>;
}
