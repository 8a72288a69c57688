import type { Sha } from '../code/commit.ts';
import type { Objection } from '../people/objection.ts';
import type { FailedCheck } from '../code/pipeline.ts';

/** What keeps a pull request from being merged, once that is known. It is waited out, and not told again. */
export type Obstacle =
  | { readonly kind: 'regression' }
  /** People know that its checks don't report. */
  | { readonly kind: 'unreported' }
  | { readonly kind: 'brokenBase'; readonly failed: readonly string[] }
  | { readonly kind: 'unreviewed' }
  /** People know that what one of them has put into it is not fit to be merged. */
  | { readonly kind: 'unfit' }
  /** People know that what it carries is vetoed. */
  | { readonly kind: 'vetoed' }
  /** People know that one of them has pushed something else. */
  | { readonly kind: 'foreign'; readonly head: Sha }
  /** People know that the forge won't merge it. `isBlocked`: the forge shows why, so that it shows when that has passed. */
  | { readonly kind: 'refused'; readonly reason: string; readonly isBlocked: boolean }
  /** The forge refused to merge it until it contains its base. */
  | { readonly kind: 'behind' }
  /** For the `time`th time with this head; `lastRemoval` is the removal before. */
  | { readonly kind: 'queued'; readonly time: number; readonly lastRemoval?: string; /** ms since 1970 */ readonly since?: number }
  /** Thrown out of the merge queue, for people to decide on. */
  | { readonly kind: 'ejected' };

/** What has happened to it, whatever it carries. */
export type Seen =
  /** Everything is green; somebody may even have merged it at this head. `silent` were announced, and have never reported: people have to say that it may go on without. */
  | { readonly kind: 'green'; readonly silent?: readonly string[] }
  | { readonly kind: 'red'; readonly failed: readonly FailedCheck[] }
  /** These checks have been waited for for long: `missing` have not reported (none at all, where none is named), `running` have, and nothing has changed since. */
  | { readonly kind: 'unreported'; readonly missing: readonly string[]; readonly running?: readonly string[] }
  | { readonly kind: 'closed'; readonly by: string }
  | { readonly kind: 'conflict' }
  | { readonly kind: 'baseFixed' }
  /** Green, but it has to contain this commit of its base before it may be merged. */
  | { readonly kind: 'behind'; readonly base: Sha }
  /** The merge queue has given it back; `byChecks` where those of its trial were the reason. `isLost`: it has never been shown there. */
  | { readonly kind: 'ejected'; readonly reason: string; readonly byChecks: boolean; readonly isLost?: true; readonly failed: readonly FailedCheck[] };

/** What the forge has answered to its merge. */
export type MergeAnswer =
  | { readonly kind: 'merged'; readonly sha: Sha }
  | { readonly kind: 'moved' }
  | { readonly kind: 'unreviewed' | 'behind' | 'conflicts' | 'queueRequired'; readonly reason: string }
  | { readonly kind: 'refused'; readonly reason: string; readonly isBlocked?: true }
  | { readonly kind: 'closed'; readonly by: string }
  /** People have something against what it carries. */
  | { readonly kind: 'objected'; readonly objection: Objection }
  /** It is merged, but the base branch's commit is not what was agreed on. */
  | { readonly kind: 'otherwise'; readonly reason: string };

/** How far it has come with the head that it has. */
export interface Life {
  /** Which attempt of its head's pipeline counts, from 1. */
  readonly attempt: number;
  readonly known?: Obstacle;
}

/** What a release does next about a pull request. */
export type ChangeStep =
  | { readonly do: 'look'; readonly known?: Obstacle }
  | { readonly do: 'merge' }
  /** By the second identity; people have to where that is not enough, or there is none. */
  | { readonly do: 'review'; readonly by: 'us' | 'people' }
  | { readonly do: 'enqueue'; readonly time: number }
  /** What failed is run again; where there is nothing to run, it is diagnosed. */
  | { readonly do: 'rerun'; readonly failed: readonly FailedCheck[] }
  | { readonly do: 'diagnose'; readonly failed: readonly FailedCheck[] }
  | { readonly do: 'tell'; readonly missing: readonly string[]; readonly running: readonly string[] }
  /** People are asked about its removal from the queue. */
  | { readonly do: 'ask'; readonly reason: string; readonly failed: readonly FailedCheck[] }
  /** The forge won't merge what is green: people are asked, and it is tried again. */
  | { readonly do: 'hold'; readonly obstacle: Extract<Obstacle, { kind: 'refused' }> }
  | { readonly do: 'update'; readonly base: Sha }
  | { readonly do: 'renew'; readonly why: string }
  | { readonly do: 'stop'; readonly reason: { readonly kind: 'closed'; readonly by: string } | { readonly kind: 'mergedOtherwise'; readonly reason: string } }
  | { readonly do: 'end'; readonly sha: Sha };

/** What fails twice is somebody's fault, and what a queue's checks have thrown out twice is for people to decide. */
export function afterLook({ attempt, known }: Life, seen: Seen): ChangeStep {
  switch (seen.kind) {
    case 'green':
      return { do: 'merge' };
    case 'red':
      return { do: attempt === 1 ? 'rerun' : 'diagnose', failed: seen.failed };
    case 'unreported':
      return { do: 'tell', missing: seen.missing, running: seen.running ?? [] };
    case 'closed':
      return { do: 'stop', reason: { kind: 'closed', by: seen.by } };
    case 'conflict':
      return { do: 'renew', why: 'it conflicts with its base' };
    case 'baseFixed':
      return { do: 'renew', why: 'its base is green again' };
    case 'behind':
      return { do: 'update', base: seen.base };
    case 'ejected':
      return (seen.byChecks || seen.isLost) && known?.kind === 'queued' && known.time === 1 ? { do: 'enqueue', time: 2 } : { do: 'ask', reason: seen.reason, failed: seen.failed };
  }
}

/** Whatever keeps it from being merged is waited out: no refusal ends it. */
export function afterMerge({ known }: Life, answer: MergeAnswer): ChangeStep {
  switch (answer.kind) {
    case 'merged':
      return { do: 'end', sha: answer.sha };
    case 'moved':
    case 'objected':
    case 'conflicts':
      return { do: 'look', ...(known && { known }) };
    case 'unreviewed':
      return { do: 'review', by: known?.kind === 'unreviewed' ? 'people' : 'us' };
    case 'behind':
      return { do: 'look', known: { kind: 'behind' } };
    case 'queueRequired':
      return { do: 'enqueue', time: 1 };
    case 'closed':
      return { do: 'stop', reason: { kind: 'closed', by: answer.by } };
    case 'otherwise':
      return { do: 'stop', reason: { kind: 'mergedOtherwise', reason: answer.reason } };
    case 'refused':
      return { do: 'hold', obstacle: { kind: 'refused', reason: answer.reason, isBlocked: answer.isBlocked ?? false } };
  }
}
