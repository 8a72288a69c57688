import type { Access } from './access.ts';
import type { Branches } from './branches.ts';
import type { Commits } from './commits.ts';
import type { Deployments } from './deployments.ts';
import type { Discussions } from './discussions.ts';
import type { Issues } from './issues.ts';
import type { Merging } from './merging.ts';
import type { Milestones } from './milestones.ts';
import type { Pipelines } from './pipelines.ts';
import type { PullRequests } from './pull-requests.ts';
import type { Releases } from './releases.ts';
import type { Reviewer } from './reviewer.ts';
import type { Tags } from './tags.ts';
import type { WorkflowRuns } from './workflow-runs.ts';

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
  readonly merging: Merging;
  readonly discussions: Discussions;
  readonly pipelines: Pipelines;
  readonly workflowRuns: WorkflowRuns;
  readonly deployments: Deployments;
  readonly issues: Issues;
  readonly milestones: Milestones;
  readonly tags: Tags;
  readonly releases: Releases;
  readonly access: Access;
  /** A second identity, where one is configured. */
  readonly reviewer?: Reviewer;
}
