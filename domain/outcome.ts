import type { Sha } from './code/commit.ts';
import { spoken } from './text/duration.ts';
import type { FailedCheck } from './code/pipeline.ts';
import type { Remains } from './release/remains.ts';
import { toldRollout } from './flags/outcome.ts';
import type { RolloutOutcome } from './flags/outcome.ts';
import { toldSchemas } from './schemas/outcome.ts';
import type { SchemaOutcome, SchemaStopped } from './schemas/outcome.ts';

/** How any of the workflows ends. */
export type Outcome = ReleaseOutcome | RolloutOutcome | SchemaOutcome | SchemaStopped;

/** What did not get to its end, and was cleaned up. */
export type StoppedOutcome = Extract<ReleaseOutcome, Remains> | SchemaStopped;

/** How a component release ends. Faults (a system that is down, a bug) are not outcomes: they are thrown. */
export type ReleaseOutcome =
  | {
      readonly kind: 'released';
      readonly candidate: Sha;
      readonly pullRequest: string;
      /** Those that it has passed. */
      readonly stages: readonly string[];
      /** Those that failed, and that somebody decided to leave out. */
      readonly skipped?: readonly string[];
    }
  /** Nothing newer than what is pinned has been found green: nothing was written. `pending` is the newest commit that CI still works at. */
  | { readonly kind: 'upToDate'; readonly pinned: Sha; readonly pending?: Sha }
  /** No commit may be released: nothing was written. */
  | { readonly kind: 'noCandidate'; readonly sha: Sha; readonly failed: readonly FailedCheck[] }
  /** A dry run: nothing was written. */
  | { readonly kind: 'planned'; readonly candidate: Sha; readonly writes: readonly string[] }
  | { readonly kind: 'handedOver'; readonly to: string }
  /** One commit was asked for, and the release from this pin runs already with another: nothing was written. */
  | { readonly kind: 'underWay'; readonly release: string; readonly candidate: Sha; readonly asked: Sha }
  | ({ readonly kind: 'mergeRefused'; readonly reason: string } & Remains)
  /** Somebody pushed what the release can't follow, and it was merged before the release saw that: what was merged is not deployed. */
  | ({ readonly kind: 'mergedOtherwise'; readonly reason: string } & Remains)
  /** The pin moved under the open pull request: another change got there first. */
  | ({ readonly kind: 'overtaken'; readonly pinned: string } & Remains)
  | ({ readonly kind: 'closed'; readonly by: string; readonly reason?: string } & Remains)
  | ({ readonly kind: 'rolledBack'; readonly stage: string; readonly by?: string; readonly reason: string } & Remains)
  | ({ readonly kind: 'superseded'; readonly stage: string; readonly by: string } & Remains)
  | ({ readonly kind: 'unapproved'; readonly stage: string; readonly waitedMs: number } & Remains)
  | ({ readonly kind: 'rejected'; readonly stage: string; readonly by: string; readonly reason?: string } & Remains)
  | ({ readonly kind: 'aborted'; readonly by: string; readonly reason: string } & Remains);

/** An outcome as one line for people. */
export function toldOutcome(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'released':
      return `released through ${outcome.stages.join(', ') || 'no stage'}${outcome.skipped ? `; skipped: ${outcome.skipped.join(', ')}` : ''}`;
    case 'upToDate':
      return `up to date: ${outcome.pinned} is the newest green commit${outcome.pending ? `; the checks of ${outcome.pending} have not ended` : ''}`;
    case 'noCandidate':
      return `no candidate: ${outcome.sha} is not green (${outcome.failed.map(({ name }) => name).join(', ')})`;
    case 'planned':
      return `a dry run: would carry ${outcome.candidate} by ${outcome.writes.length} steps`;
    case 'handedOver':
      return `handed over to ${outcome.to}`;
    case 'underWay':
      return `not begun: ${outcome.release} is under way with ${outcome.candidate}. To release ${outcome.asked} instead, abort it first`;
    case 'mergeRefused':
      return `stopped: the merge was refused (${outcome.reason})`;
    case 'mergedOtherwise':
      return `stopped: it was merged, but not as the release knew it (${outcome.reason})`;
    case 'overtaken':
      return `overtaken: the base branch pins ${outcome.pinned || 'nothing'} by now`;
    case 'closed':
      return `closed by ${outcome.by}${outcome.reason ? `: ${outcome.reason}` : ''}`;
    case 'rolledBack':
      return `rolled back ${outcome.by ? `by ${outcome.by}` : 'by itself'} at ${outcome.stage}: ${outcome.reason}`;
    case 'superseded':
      return `superseded at ${outcome.stage} by ${outcome.by}`;
    case 'unapproved':
      return `stopped: nobody approved ${outcome.stage} within ${spoken(outcome.waitedMs)}`;
    case 'rejected':
      return `rejected at ${outcome.stage} by ${outcome.by}${outcome.reason ? `: ${outcome.reason}` : ''}`;
    case 'aborted':
      return `aborted by ${outcome.by}: ${outcome.reason}`;
    case 'rolledOut':
    case 'alreadyOn':
      return toldRollout(outcome);
    case 'schemasReleased':
    case 'schemasUploaded':
    case 'schemasRefused':
    case 'notOverwritten':
    case 'buildFailed':
    case 'buildTimedOut':
      return toldSchemas(outcome);
  }
}
