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

export type PromotionOutcome = PreReleaseOutcome | ProductionOutcome;

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
    case 'replaced':
      return `not promoted: ${outcome.decidedBy} has decided for ${outcome.by}`;
  }
}
