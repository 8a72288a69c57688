import type { Sha } from '../code/commit.ts';

/** How a version release ends. */
export type VersionOutcome =
  | {
      readonly kind: 'versionReleased';
      readonly version: string;
      readonly tag: string;
      /** The commit that is tagged. */
      readonly commit: Sha;
      /** The forge's page. */
      readonly url: string;
      /** What somebody has decided not to do any more, with why. */
      readonly givenUp?: readonly string[];
    }
  /** A dry run: nothing was written. */
  | { readonly kind: 'versionPlanned'; readonly version: string; readonly commit: Sha; readonly writes: readonly string[]; readonly warnings: readonly string[] }
  /** Nothing was written. */
  | { readonly kind: 'versionRefused'; readonly reason: string };

export function toldVersion(outcome: VersionOutcome): string {
  switch (outcome.kind) {
    case 'versionReleased':
      return `released ${outcome.tag}: ${outcome.url}${outcome.givenUp ? `; given up: ${outcome.givenUp.join('; ')}` : ''}`;
    case 'versionPlanned':
      return `a dry run: would release ${outcome.version} by ${outcome.writes.length} steps`;
    case 'versionRefused':
      return `refused: ${outcome.reason}`;
  }
}
