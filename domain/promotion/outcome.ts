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

export function toldPreRelease(outcome: PreReleaseOutcome): string {
  switch (outcome.kind) {
    case 'nothingMerged':
      return `nothing was merged since ${outcome.since}`;
    case 'preReleased':
      return `${outcome.name} is a pre-release${outcome.ticked ? '; everything in it was ticked' : ', and there is a newer release now'}: ${outcome.url}`;
  }
}
