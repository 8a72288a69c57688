import type { Sha } from '../code/commit.ts';

/** How a pre-release ends. */
export type PreReleaseOutcome =
  /** Nothing was merged since that release: nothing was made. */
  | { readonly kind: 'nothingMerged'; readonly since: string }
  | {
      readonly kind: 'preReleased';
      readonly name: string;
      readonly candidate: Sha;
      readonly url: string;
      /** Whether everything in it was ticked before there was a newer one. */
      readonly ticked: boolean;
    };

/** How a production release ends, besides as any release does. */
export type ProductionOutcome =
  | {
      readonly kind: 'promoted';
      readonly name: string;
      readonly candidate: Sha;
      readonly environment: string;
      /** Of the image. */
      readonly digest?: string;
      /** Tickets that were moved. */
      readonly tickets: readonly string[];
      /** Why something of what was owed is not done any more. */
      readonly givenUp?: readonly string[];
    }
  /** It may not go on with its commit. Nothing was made of it. */
  | { readonly kind: 'promotionRefused'; readonly reason: string }
  /** People have decided that another release goes to production. */
  | { readonly kind: 'replaced'; readonly by: string; readonly decidedBy: string };

/** How a stage fix, or a hotfix, ends. */
export type FixOutcome =
  | {
      readonly kind: 'fixed';
      /** The release that went to production. */
      readonly release: string;
      /** What is in the branch again. */
      readonly back: readonly number[];
      /** Why something is not brought back any more. */
      readonly givenUp?: readonly string[];
    }
  /** Nothing was done. */
  | { readonly kind: 'fixRefused'; readonly reason: string }
  /** Its release did not come to production: what was taken back stays so. */
  | { readonly kind: 'fixFailed'; readonly release: string; readonly why: string; readonly reverted: readonly number[] };

export type PromotionOutcome = PreReleaseOutcome | ProductionOutcome | FixOutcome;

export function toldPromotion(outcome: PromotionOutcome): string {
  switch (outcome.kind) {
    case 'nothingMerged':
      return `nothing was merged since ${outcome.since}`;
    case 'preReleased':
      return `${outcome.name} is a pre-release${outcome.ticked ? '; everything in it was ticked' : ', and there is a newer release now'}: ${outcome.url}`;
    case 'promoted':
      return `${outcome.name} runs in ${outcome.environment}${outcome.tickets.length > 0 ? `; moved: ${outcome.tickets.join(', ')}` : ''}${outcome.givenUp ? `; given up: ${outcome.givenUp.join('; ')}` : ''}`;
    case 'promotionRefused':
      return `refused: ${outcome.reason}`;
    case 'fixed':
      return `${outcome.release} is in production${outcome.back.length > 0 ? `; back: ${outcome.back.map((number) => `#${number}`).join(', ')}` : ''}${outcome.givenUp ? `; given up: ${outcome.givenUp.join('; ')}` : ''}`;
    case 'fixRefused':
      return `refused: ${outcome.reason}`;
    case 'fixFailed':
      return `${outcome.release} did not come to production (${outcome.why})${outcome.reverted.length > 0 ? `; still reverted: ${outcome.reverted.map((number) => `#${number}`).join(', ')}` : ''}`;
    case 'replaced':
      return `not promoted: ${outcome.decidedBy} has decided for ${outcome.by}`;
  }
}
