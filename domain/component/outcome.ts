import type { Sha } from '../code/commit.ts';
import type { FailedCheck } from '../code/pipeline.ts';
import type { Halt, Veto } from '../people/objection.ts';
import type { Remains } from '../release/remains.ts';

/** How a component release ends. Faults (a system that is down, a bug) are not outcomes: they are thrown. */
export type ReleaseOutcome =
  | {
      readonly kind: 'released';
      readonly candidate: Sha;
      /** None, where nothing pins the component. */
      readonly pullRequest?: string;
      /** Those that it has passed. */
      readonly stages: readonly string[];
      /** Those that failed, and that somebody decided to leave out. */
      readonly skipped?: readonly string[];
    }
  /** Nothing newer than what is pinned, or runs, has been found green: nothing was written. `pending` is the newest commit that CI still works at. */
  | { readonly kind: 'upToDate'; readonly pinned?: Sha; readonly pending?: Sha }
  /** The newest green commit was released before, and came to nothing: it is not begun again unless somebody asks for it. */
  | { readonly kind: 'triedBefore'; readonly sha: Sha; readonly release: string }
  /** No commit may be released: nothing was written. */
  | { readonly kind: 'noCandidate'; readonly sha: Sha; readonly failed: readonly FailedCheck[] }
  /** Somebody has halted the component: nothing was written. */
  | { readonly kind: 'halted'; readonly component: string; readonly halt: Halt }
  /** What would be released is vetoed, or contains what is: nothing was written. */
  | { readonly kind: 'vetoed'; readonly component: string; readonly sha: Sha; readonly veto: Veto }
  /** The pin is what it was. What runs in environments stays. */
  | { readonly kind: 'takenBack'; readonly component: string; readonly from: Sha; readonly to: Sha; readonly pullRequest: string }
  /** A dry run: nothing was written. */
  | { readonly kind: 'planned'; readonly candidate: Sha; readonly writes: readonly string[] }
  | { readonly kind: 'handedOver'; readonly to: string; /** What that needs people for. */ readonly waitsFor?: string }
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
