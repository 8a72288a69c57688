import type { Sha } from '../../domain/code/commit.ts';
import type { Repository } from '../../domain/code/repository.ts';

/**
 * What a forge's API can't do, or not without a copy of the history: long logs, merges, picks, and pushes of several refs at once.
 *
 * Contract of every verb: commits are named by their full SHAs. What is written is on no branch before it is pushed, and comes out as the same
 * SHA each time. Failures are ApplicationFailures of a `FailureType`, as the forge's are.
 */
export interface Git {
  /** Every branch and tag, as the remote has them now. */
  refs(repository: Repository): Promise<Refs>;
  /** The commits of `to` that are not in `from`, in the order of `git log`: newest first. All of them where `from` is left out. */
  log(repository: Repository, range: { readonly from?: Sha | undefined; readonly to: Sha; readonly limit?: number }): Promise<readonly GitCommit[]>;
  /** The best common ancestor; undefined where there is none. `one` is an ancestor of `other` if it is the answer. */
  mergeBase(repository: Repository, one: Sha, other: Sha): Promise<Sha | undefined>;
  /** A file's text in a commit. */
  read(repository: Repository, commit: Sha, path: string): Promise<string | undefined>;
  /** Paths that differ between two commits. */
  changed(repository: Repository, from: Sha, to: Sha): Promise<readonly string[]>;
  /** Makes a commit or a tag, on no ref yet. */
  write(repository: Repository, object: NewObject): Promise<Written>;
  /** Has these commits and tags of another repository here, too, as if they had been made here: nobody sees them before they are pushed. */
  bring(repository: Repository, from: Repository, objects: readonly Sha[]): Promise<void>;
  /** Moves all of these refs, or none. */
  push(repository: Repository, moves: readonly RefMove[]): Promise<Pushed>;
}

export interface Refs {
  readonly branches: Readonly<Record<string, Sha>>;
  readonly tags: readonly Tag[];
}

export interface Tag {
  readonly name: string;
  /** Of the tag itself where it is annotated, else of the commit. */
  readonly sha: Sha;
  readonly commit: Sha;
}

export interface GitCommit {
  readonly sha: Sha;
  readonly tree: Sha;
  readonly parents: readonly Sha[];
  /** ISO 8601, the committer's. */
  readonly committedAt: string;
  readonly author: string;
  /** The whole message. */
  readonly message: string;
}

/** Dates are ISO 8601, and fixed by the caller: they are part of a SHA. */
export type NewObject =
  /** `parent` with these files in place of those that it has. */
  | { readonly kind: 'commit'; readonly parent: Sha; readonly files: Readonly<Record<string, string>>; readonly message: string; readonly date: string }
  /** `into`, the first parent, with what `from` brings; these files as they are here, whatever both sides say of them. */
  | { readonly kind: 'merge'; readonly into: Sha; readonly from: Sha; readonly files?: Readonly<Record<string, string>>; readonly message: string; readonly date: string }
  /** What `commit` changes of `since`, or else of its first parent, on `onto`. Its author stays. */
  | { readonly kind: 'pick'; readonly commit: Sha; readonly since?: Sha; readonly onto: Sha; readonly message: string; readonly date: string }
  | { readonly kind: 'tag'; readonly name: string; readonly commit: Sha; readonly message: string; readonly date: string };

export type Written =
  | { readonly kind: 'written'; readonly sha: Sha }
  /** These files can't be put together. `sha` has them with the marks of the conflict, for people. */
  | { readonly kind: 'conflict'; readonly paths: readonly string[]; readonly sha: Sha }
  /** A pick that changes nothing: all of it is there. */
  | { readonly kind: 'empty' };

export interface RefMove {
  readonly ref: { readonly branch: string } | { readonly tag: string };
  /** Where it must be; left out for one that must not exist. */
  readonly from?: Sha | undefined;
  readonly to: Sha;
}

export type Pushed =
  | { readonly kind: 'pushed' }
  /** One of them is not where it must be. */
  | { readonly kind: 'moved'; readonly ref: string }
  /** The remote does not take it: the branch is protected, a signature is missing. In its own words. */
  | { readonly kind: 'refused'; readonly ref: string; readonly reason: string };
