import type { Sha } from '../code/commit.ts';
import type { Decision, Refusal } from '../people/decision.ts';
import type { Outcome } from '../outcome.ts';
import type { Progress } from './progress.ts';
import type { Outage } from './outage.ts';

export type ReleaseState =
  | 'planning'
  | 'opening'
  | 'pipeline'
  | 'merging'
  | 'approval'
  | 'queued'
  | 'promoting'
  | 'soaking'
  /** A rollout: its code is not deployed yet; it is tried out; an incident is open; somebody must say how it goes on. */
  | 'deployment'
  | 'testing'
  | 'blocked'
  | 'held'
  | 'deciding'
  | 'rollingBack'
  /** A schema release: it makes its tarball; somebody must confirm that one is overwritten; its schemas are uploaded. */
  | 'gathering'
  | 'confirmation'
  | 'publishing'
  | 'undoing'
  | 'ended';

export interface StageStatus {
  readonly name: string;
  readonly environment: string;
  readonly mark: 'ahead' | 'underWay' | 'approval' | 'queued' | 'promoting' | 'soaking' | 'done' | 'failed' | 'stopped' | 'rejected' | 'skipped' | 'rollingBack' | 'rolledBack';
  /** ISO 8601: since when it has this mark. */
  readonly since?: string;
  /** The run or deployment. */
  readonly url?: string;
  readonly soak?: SoakStatus;
}

/** How far a soak has come. Times are ms. */
export interface SoakStatus {
  readonly ofMs: number;
  readonly observedMs: number;
  /** How long its environment was frozen, or the release paused, meanwhile. */
  readonly stoodMs: number;
  /** ISO 8601: when that was so. */
  readonly at: string;
  /** Why its clock stands still, while it does. */
  readonly standing?: string;
}

export interface Waiting {
  /** "approval of production", "the pipeline of #12" */
  readonly what: string;
  /** ISO 8601 */
  readonly since: string;
  /** What it would let in: "3 commits since 68f3bd7a1b2c, which production runs". */
  readonly brings?: string;
  /** Who can end the wait; nobody, when a machine does. */
  readonly whom?: readonly string[];
  /** What may be written where instead, by those that it waits for. */
  readonly write?: { readonly on: string; readonly texts: readonly string[] };
  /** Messages that would end it, ready to send. */
  readonly send?: readonly Sendable[];
}

export interface Sendable {
  readonly message: string;
  readonly payload: object;
  /** The workflow that takes it, where that is another. */
  readonly to?: string;
}

/** What the query `status` answers. */
export interface ReleaseStatus {
  readonly release: string;
  readonly component: string;
  readonly state: ReleaseState;
  readonly candidate?: Sha;
  /** What a schema release releases. */
  readonly version?: string;
  /** What it does to it: "inject-current-schemas from 5.1". */
  readonly does?: string;
  readonly pinned?: Sha;
  /** What a rollout rolls out, and its issue, once there is one. */
  readonly rollout?: { readonly flag: string; readonly commit: Sha; readonly issue?: string };
  readonly pullRequest?: { readonly number: number; readonly url: string };
  readonly stages: readonly StageStatus[];
  readonly waitingFor?: Waiting;
  readonly paused?: { readonly by: string; readonly reason?: string; readonly since: string };
  /** What people have against its going on: that its component is halted, or what it carries vetoed. */
  readonly objections?: readonly string[];
  readonly next?: string;
  /** How far the running step has come, where that takes a while. */
  readonly progress?: Progress & { /** ISO 8601 */ readonly at: string };
  /** Which services do not answer now. */
  readonly outages?: readonly Outage[];
  /** What is looked at one by one: a table, in Markdown. */
  readonly table?: string;
  /** What the following of an environment has seen run there, the newest last. */
  readonly seen?: readonly { readonly sha: Sha; readonly digest?: string | undefined; /** ISO 8601 */ readonly at: string; readonly checks?: 'green' | 'red' | undefined }[];
  /** How it ended, in one line. */
  readonly outcome?: string;
  /** How it ended, for programs; a fault and a Cancel are no outcomes. */
  readonly ending?: Outcome['kind'] | 'failed' | 'cancelled' | 'flagSet';
  /** What is still owed, and keeps the release open. */
  readonly owes?: readonly { readonly what: string; /** ISO 8601 */ readonly since: string }[];
  readonly undone: readonly string[];
  readonly stays: readonly string[];
  readonly owed: readonly string[];
  readonly decisions: readonly Decision[];
  readonly refused: readonly Refusal[];
}

/** Whether a release waits for this message: about this stage, where it tells of one. */
export function waitsForMessage({ waitingFor }: Pick<ReleaseStatus, 'waitingFor'>, { message, stage }: { readonly message: string; readonly stage?: string | undefined }): boolean {
  // Without anybody whom it waits for, it is what could be sent.
  return waitingFor?.whom !== undefined && (waitingFor.send ?? []).some(({ message: wanted, payload }) => wanted === message && (stage === undefined || !('stage' in payload) || payload.stage === stage));
}

/** What is still so of a release that has ended: nothing of it goes on, waits, or stands still. What is under way is named among what stays. */
export function ended(status: ReleaseStatus): ReleaseStatus {
  const { paused: _, objections: __, outages: ___, ...rest } = status;
  return { ...rest, stages: status.stages.map(endedStage) };
}

function endedStage(stage: StageStatus): StageStatus {
  const mark = stage.mark === 'approval' || stage.mark === 'queued' ? 'ahead' : isUnderWay(stage) ? 'stopped' : stage.mark;
  return { ...stage, mark, ...(stage.soak && { soak: moving(stage.soak) }) };
}

function moving(soak: SoakStatus): SoakStatus {
  const { standing: _, ...rest } = soak;
  return rest;
}

function isUnderWay({ mark }: StageStatus): boolean {
  return mark === 'underWay' || mark === 'promoting' || mark === 'soaking' || mark === 'rollingBack';
}

/** Whether it has brought something to an environment and is not done there: to be held is a state of the whole, and may come before that. */
export function worksIn({ stages }: Pick<ReleaseStatus, 'stages'>, environment: string): boolean {
  const marks: readonly StageStatus['mark'][] = ['promoting', 'soaking', 'failed', 'rollingBack'];
  return stages.some((stage) => stage.environment === environment && marks.includes(stage.mark));
}
