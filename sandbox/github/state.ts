/** All that GitHub knows of a repository; plain data. Its commits are in a bare git repository. */
export interface Repository {
  readonly id: number;
  readonly owner: string;
  readonly name: string;
  /** `owner/name` */
  readonly fullName: string;
  readonly defaultBranch: string;
  readonly gitDir: string;
  /** Full name to object id; a copy of what git holds. */
  readonly refs: Map<string, string>;
  readonly labels: Map<string, Label>;
  /** Pull requests are issues that have a `pull`. */
  readonly issues: Map<number, Issue>;
  readonly milestones: Map<number, Milestone>;
  readonly deployments: Deployment[];
  readonly releases: Release[];
  readonly workflows: Workflow[];
  readonly runs: Run[];
  readonly statuses: Status[];
  /** Check suites of other apps than Actions, whose suites are its runs. */
  readonly suites: AppSuite[];
  /** Where its branches have been, oldest first. */
  readonly activities: Activity[];
  /** By branch. */
  readonly protections: Map<string, Protection>;
  /** By commit, or by branch for all of its coming commits. */
  readonly ciScripts: Map<string, CiScript>;
  readonly ci: CiPlan | undefined;
  /** Full name of the repository that follows this one's branches. */
  readonly mirror: { readonly fullName: string; lagMs: number } | undefined;
  readonly createdAt: string;
}

export interface Issue {
  readonly id: number;
  readonly number: number;
  readonly author: string;
  title: string;
  body: string | null;
  state: 'open' | 'closed';
  reason: 'completed' | 'not_planned' | 'duplicate' | 'reopened' | null;
  labels: string[];
  assignees: string[];
  milestone: number | undefined;
  readonly comments: Comment[];
  readonly createdAt: string;
  updatedAt: string;
  closedAt: string | undefined;
  closedBy: string | undefined;
  readonly pull?: Pull;
}

export type PullRequest = Issue & { pull: Pull };

export interface Pull {
  readonly id: number;
  readonly head: string;
  headSha: string;
  base: string;
  /** The base branch's commit when the pull request was merged or closed; until then it follows the branch. */
  baseSha: string | undefined;
  draft: boolean;
  readonly reviews: Review[];
  autoMerge: { by: string; method: MergeMethod; title?: string | undefined; message?: string | undefined } | undefined;
  merged: { sha: string; at: string; by: string } | undefined;
  /** Its place in the merge queue of its base: the lower `nth`, the sooner its turn. `trial` is it merged into the base as that is now. */
  queued: { at: string; by: string; nth: number; trial: { sha: string; base: string } | undefined } | undefined;
  readonly removals: { readonly id: number; readonly at: string; readonly reason: string; readonly tried: string | undefined }[];
}

export type MergeMethod = 'merge' | 'squash' | 'rebase';

export interface Review {
  readonly id: number;
  readonly author: string;
  body: string;
  editedAt?: string;
  state: 'APPROVED' | 'CHANGES_REQUESTED' | 'COMMENTED' | 'DISMISSED' | 'PENDING';
  readonly sha: string;
  readonly at: string;
}

export interface Comment {
  readonly id: number;
  readonly author: string;
  body: string;
  readonly createdAt: string;
  updatedAt: string;
}

export interface Label {
  readonly id: number;
  readonly name: string;
  readonly color: string;
  /** Empty where there is none: GitHub's own description of pull request lists allows no null. */
  readonly description: string;
}

export interface Milestone {
  readonly id: number;
  readonly number: number;
  readonly creator: string;
  title: string;
  description: string | null;
  state: 'open' | 'closed';
  dueOn: string | null;
  readonly createdAt: string;
  updatedAt: string;
  closedAt: string | null;
}

/** What a branch asks of a commit before it takes it. */
export interface Protection {
  readonly requiredChecks: readonly string[];
  /** The head must contain the newest commit of the base. */
  readonly strict: boolean;
  readonly requiredReviews: number;
  readonly dismissStaleReviews: boolean;
  /** Changes come to it through a queue only, where each is tried on the base as it will be. */
  readonly mergeQueue: boolean;
  /** By a ruleset: only those who may bypass it make or delete the branch. */
  readonly restricts: readonly ('creation' | 'deletion')[];
  /** By a ruleset, besides those of the branch's own protection. */
  readonly rulesetChecks: readonly string[];
}

export interface Release {
  readonly id: number;
  readonly author: string;
  tag: string;
  target: string;
  name: string | null;
  body: string | null;
  draft: boolean;
  prerelease: boolean;
  /** Whether it was to become the latest. */
  makeLatest: boolean;
  readonly createdAt: string;
  publishedAt: string | null;
}

export interface Run {
  readonly id: number;
  readonly suiteId: number;
  readonly workflow: Workflow;
  readonly number: number;
  readonly event: string;
  readonly title: string;
  readonly branch: string | undefined;
  readonly sha: string;
  readonly actor: string;
  readonly inputs: Readonly<Record<string, string>>;
  readonly createdAt: string;
  attempt: number;
  /** Counts what was set in motion for this run, so that only the newest goes on. */
  turn: number;
  updatedAt: string;
  status: Progress;
  /** Who may let it go on while it is `waiting`. */
  reviewers?: readonly string[] | undefined;
  conclusion: Conclusion | undefined;
  /** Of every attempt, oldest first. */
  readonly jobs: Job[];
}

export const conclusions = ['success', 'failure', 'cancelled', 'neutral', 'skipped', 'timed_out', 'action_required', 'stale', 'startup_failure'] as const;
export type Conclusion = (typeof conclusions)[number];

/** A job of a run is also a check run of its commit, with the same id. */
export interface Job {
  readonly id: number;
  readonly name: string;
  readonly attempt: number;
  status: Progress;
  conclusion: Conclusion | undefined;
  startedAt: string;
  completedAt: string | undefined;
}

export const progresses = ['requested', 'waiting', 'pending', 'queued', 'in_progress', 'completed'] as const;
export type Progress = (typeof progresses)[number];

export interface Workflow {
  readonly id: number;
  readonly name: string;
  /** File name below `.github/workflows/`. */
  readonly file: string;
  readonly inputs: Readonly<Record<string, { readonly required: boolean }>>;
  /** Whether a push of a tag starts it (`on: push: tags`). Unless it has inputs, too, it can't be dispatched. */
  readonly onTags?: true;
  /** The input that the run's name is made of. */
  readonly runNameInput: string | undefined;
  /** The input that says how a run ends. */
  readonly outcomeInput?: string;
  readonly createdAt: string;
}

/** What an app other than Actions reports of a commit; GitHub makes one, empty, for every app that may ever report. */
export interface AppSuite {
  readonly id: number;
  readonly app: { readonly id: number; readonly slug: string; readonly name: string };
  readonly sha: string;
  readonly branch: string | undefined;
  readonly createdAt: string;
  updatedAt: string;
  status: Progress;
  conclusion: Conclusion | undefined;
  readonly jobs: Job[];
}

/** A move of a branch, as it is remembered. */
export interface Activity {
  readonly id: number;
  readonly ref: string;
  readonly before: string;
  readonly after: string;
  readonly kind: 'push' | 'force_push' | 'branch_creation' | 'branch_deletion';
  readonly at: string;
  readonly actor: string;
}

export interface Status {
  readonly id: number;
  readonly sha: string;
  readonly context: string;
  readonly state: 'pending' | 'success' | 'failure' | 'error';
  readonly at: string;
}

/** What every new commit of a repository goes through. */
export interface CiPlan {
  readonly workflow: string;
  /** Jobs of the workflow, each a check run. */
  readonly checks: readonly string[];
  /** Commit statuses that another system posts. */
  readonly contexts: readonly string[];
}

export interface CiScript {
  readonly verdict: Verdict;
  /** Which checks or status contexts fail, if any do; by default the first check. */
  readonly failing?: readonly string[] | undefined;
  readonly afterMs?: number | undefined;
  /** Until then nothing is to be seen of it, as at GitHub for half a minute after a push. */
  readonly registersAfterMs?: number | undefined;
}

export type Verdict = 'green' | 'red' | 'flaky' | 'slow' | 'cancelled' | 'none' | 'neutral' | 'skipped';

export interface Deployment {
  readonly id: number;
  readonly sha: string;
  readonly ref: string;
  readonly task: string;
  readonly environment: string;
  readonly payload: unknown;
  readonly description: string | null;
  readonly isProduction: boolean;
  readonly isTransient: boolean;
  readonly creator: string;
  readonly at: string;
  /** Oldest first. */
  readonly statuses: DeploymentStatus[];
}

export interface DeploymentStatus {
  readonly id: number;
  readonly state: 'error' | 'failure' | 'inactive' | 'in_progress' | 'queued' | 'pending' | 'success';
  readonly creator: string;
  readonly description: string;
  readonly url: string;
  readonly environmentUrl: string;
  readonly at: string;
}

export interface User {
  readonly login: string;
  readonly id: number;
  readonly kind: 'User' | 'Bot' | 'Organization';
  readonly name: string;
  readonly email: string;
}
