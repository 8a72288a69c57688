import type { Commit, Sha } from '../../domain/code/commit.ts';
import type { Check } from '../../domain/code/pipeline.ts';
import type { Remark } from '../../domain/people/written-vote.ts';

/**
 * Where code, pull requests and CI live. Several small ports rather than one of forty verbs.
 *
 * Contract of every verb: reads answer `undefined` for what does not exist; writes are sent once and never retried by
 * the adapter (its caller probes first and reads back: see `effect.ts`). Failures are ApplicationFailures of a
 * `FailureType`: `PermissionDenied`, `Conflict` and `InvalidInput` are never retried; `RateLimited` carries the delay
 * that the forge asked for; `Unavailable` means that the outcome of a write is unknown.
 */
export interface Forge {
  readonly commits: Commits;
  readonly branches: Branches;
  readonly pullRequests: PullRequests;
  readonly mergeQueues: MergeQueues;
  readonly pipelines: Pipelines;
  readonly deployments: Deployments;
  readonly issues: Issues;
  readonly discussions: Discussions;
  readonly access: Access;
  /** A second identity, where one is configured. */
  readonly reviewer?: Reviewer;
}

/** "owner/name" */
export type Repository = string;

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
  /** A file's text at a branch, tag or SHA. */
  read(repository: Repository, path: string, ref: string): Promise<string | undefined>;
  /** The paths, from the repository's root, of the files right in a folder at a branch, tag or SHA. Fails rather than leave some of them out. */
  list(repository: Repository, folder: string, ref: string): Promise<readonly string[] | undefined>;
}

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
}

export interface Branches {
  find(repository: Repository, branch: string): Promise<Sha | undefined>;
  /** Stores a commit that changes one file; content-addressed, so writing it again changes nothing. On no branch yet. */
  write(commit: NewCommit): Promise<Sha>;
  /** Fails with `Conflict` when the branch exists, whatever it points to. */
  create(repository: Repository, branch: string, sha: Sha): Promise<void>;
  /** Moves the branch on, to a descendant, by compare-and-swap: fails with `Conflict` unless it is at `from`. */
  advance(repository: Repository, branch: string, move: { readonly from: Sha; readonly to: Sha }): Promise<void>;
  remove(repository: Repository, branch: string): Promise<void>;
}

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
  /** The base branch's protection keeps it from being merged (a check or a review is missing), or the forge does not know yet. */
  readonly blocked?: true;
  /** The forge does not know yet whether it can be merged. */
  readonly undecided?: true;
  /** The base branch has commits that it lacks, and asks for them before a merge. */
  readonly behind?: true;
  /** The forge merges it by itself as soon as it may. */
  readonly mergesItself?: true;
}

export interface NewPullRequest {
  readonly repository: Repository;
  readonly head: string;
  readonly base: string;
  readonly title: string;
  readonly body: string;
}

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
  /** The forge says no: missing check, draft. */
  | { readonly kind: 'refused'; readonly reason: string };

export interface PullRequests {
  /** Every pull request from `head` into `base`, in any state, newest first. */
  list(repository: Repository, head: string, base: string): Promise<readonly PullRequest[]>;
  get(repository: Repository, number: number): Promise<PullRequest | undefined>;
  open(request: NewPullRequest): Promise<PullRequest>;
  /** Replaces the labels that match `family` (a prefix such as "workflow::") by `label`, and leaves all others. */
  label(repository: Repository, number: number, label: string, family: string): Promise<void>;
  addLabels(repository: Repository, number: number, labels: readonly string[]): Promise<void>;
  close(repository: Repository, number: number): Promise<void>;
  /** Replaces the body. */
  rewrite(repository: Repository, number: number, body: string): Promise<void>;
  /** Paths that it changes. */
  files(repository: Repository, number: number): Promise<readonly string[]>;
  /** Whether one of its comments holds `marker`. */
  hasComment(repository: Repository, number: number, marker: string): Promise<boolean>;
  comment(repository: Repository, number: number, body: string): Promise<void>;
  /** Has the forge merge it as soon as it may. `mergeable`: nothing keeps it from being merged now, and then the forge won't. */
  mergeWhenReady(repository: Repository, number: number, sha: Sha, method: 'merge' | 'squash' | 'rebase'): Promise<'waits' | 'mergeable' | 'moved'>;
  /** Takes that back. The forge does so by itself only when somebody pushes who may not write. */
  keepFromMerging(repository: Repository, number: number): Promise<void>;
  /** Merges only if the head is still exactly `sha`. */
  merge(repository: Repository, number: number, sha: Sha, method: 'merge' | 'squash' | 'rebase'): Promise<MergeResult>;
}

/** Where a base branch has one, changes wait in it to be tried together with those before them, and are then merged by the forge. */
export interface MergeQueues {
  /** Puts it there only if the head is still exactly `sha`; `moved`, too, if it is not open any more. */
  enter(repository: Repository, number: number, sha: Sha): Promise<'waits' | 'moved'>;
  place(repository: Repository, number: number): Promise<QueuePlace>;
}

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

/** Approves what the first identity has opened. */
export interface Reviewer {
  hasApproved(repository: Repository, number: number, sha: Sha): Promise<boolean>;
  approve(repository: Repository, number: number, sha: Sha): Promise<void>;
  login(): Promise<string>;
}

/** One run of CI for a commit. */
export interface PipelineRun {
  readonly id: number;
  /** Counted from 1. */
  readonly attempt: number;
  readonly state: 'running' | 'passed' | 'failed';
}

export interface Pipelines {
  /** All check runs and commit statuses of a SHA, the newest attempt of each name. */
  checks(repository: Repository, sha: Sha): Promise<readonly Check[]>;
  /** The newest run of a workflow that was started at or after `since` (ISO 8601), whoever started it. */
  newestRun(repository: Repository, workflow: string, since: string): Promise<Deployment | undefined>;
  /** The runs that a push or a pull request has started for a SHA, as far as the forge runs CI itself. */
  runs(repository: Repository, sha: Sha): Promise<readonly PipelineRun[]>;
  /** Runs the failed jobs of a run again, as its next attempt. */
  rerunFailed(repository: Repository, run: number): Promise<void>;
}

export interface Deployment {
  readonly id: number;
  readonly url: string;
  readonly state: 'running' | 'succeeded' | 'failed';
}

/** A deployment that went well, whoever started it. */
export interface Success {
  readonly name: string;
  /** ISO 8601 */
  readonly at: string;
}

export interface Deployments {
  /** The run of `workflow` whose name carries `key`; the oldest, should there be several. */
  findRun(repository: Repository, workflow: string, key: string): Promise<Deployment | undefined>;
  dispatch(repository: Repository, workflow: string, ref: string, inputs: Readonly<Record<string, string>>): Promise<void>;
  run(repository: Repository, id: number): Promise<Deployment>;
  /** The deployment of `sha` to `environment` whose task is `key`; the oldest, should there be several. */
  findDeployment(repository: Repository, environment: string, sha: Sha, key: string): Promise<Deployment | undefined>;
  deploy(repository: Repository, environment: string, sha: Sha, key: string): Promise<Deployment>;
  deployment(repository: Repository, id: number): Promise<Deployment>;
  /** The newest deployment to `environment` that succeeded, whoever deployed it: its commit, and when it had succeeded (ISO 8601). */
  current(repository: Repository, environment: string): Promise<{ readonly sha: Sha; readonly at: string } | undefined>;
  /** The newest runs of `workflow` that succeeded, by their names, newest first. */
  succeededRuns(repository: Repository, workflow: string): Promise<readonly Success[]>;
  /** The newest deployments to `environment` that succeeded, by their tasks, newest first. */
  succeededDeployments(repository: Repository, environment: string): Promise<readonly Success[]>;
}

export interface Issue {
  readonly number: number;
  readonly url: string;
  readonly state: 'open' | 'closed';
  readonly title: string;
  readonly body: string;
  readonly labels: readonly string[];
}

export interface NewIssue {
  readonly repository: Repository;
  readonly title: string;
  readonly body: string;
  readonly labels: readonly string[];
  /** By its title; left out where there is no such milestone. */
  readonly milestone?: string;
}

export interface Issues {
  get(repository: Repository, number: number): Promise<Issue | undefined>;
  /** Open issues that carry all these labels, newest first. */
  list(repository: Repository, labels: readonly string[]): Promise<readonly Issue[]>;
  open(issue: NewIssue): Promise<Issue>;
  /** Replaces the text. */
  rewrite(repository: Repository, number: number, body: string): Promise<void>;
  close(repository: Repository, number: number): Promise<void>;
  /** Replaces the labels that match `family` (a prefix such as "rollout::") by `label`, and leaves all others. */
  label(repository: Repository, number: number, label: string, family: string): Promise<void>;
}

/** What people write on pull requests. */
export interface Discussions {
  /** Comments and reviews, oldest first; not the reviews that were dismissed or are not sent yet. */
  remarks(repository: Repository, number: number): Promise<readonly Remark[]>;
  /** Whether a review was edited, by its id: `remarks` does not tell. */
  isEdited(id: string): Promise<boolean>;
}

export interface BranchRules {
  readonly checks: readonly string[];
  /** How many reviews; 0 where none is asked for, or where the token may not see that one is. */
  readonly reviews: number;
  readonly mergeQueue: boolean;
}

/** What the token is allowed, as far as the forge tells, and who belongs to what. */
export interface Access {
  /** Whether somebody is in a team ("org/team"), or in one below it. Nobody is in a team that the token may not see. */
  isMember(team: string, login: string): Promise<boolean>;
  /** Logins of a team's members; undefined for one that the token may not see. */
  members(team: string): Promise<readonly string[] | undefined>;
  /** Whose token it is, and its scopes where it is of a kind that has some; nobody's, where it is an app's. */
  identity(): Promise<{ readonly login: string; readonly scopes?: readonly string[] } | undefined>;
  /** How far it reaches into a repository; undefined where it does not see any. */
  repository(repository: Repository): Promise<'read' | 'write' | undefined>;
  /** What a branch asks for before a merge, as far as the token may see it; undefined for a branch that asks for nothing. */
  rules(repository: Repository, branch: string): Promise<BranchRules | undefined>;
  /** How changes may be merged there; undefined where the token may not know. */
  merging(repository: Repository): Promise<{ readonly methods: readonly ('merge' | 'squash' | 'rebase')[]; readonly autoMerge: boolean } | undefined>;
  /** Whether a workflow can be dispatched. */
  workflow(repository: Repository, file: string): Promise<'active' | 'disabled' | undefined>;
}
