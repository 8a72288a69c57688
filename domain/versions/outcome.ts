import type { Sha } from '../code/commit.ts';

/** How the picking of backports ends. */
export type BackportOutcome =
  | {
      readonly kind: 'backported';
      /** "#12 on 12-9-stable as 1a2b3c4d5e6f", in their order. */
      readonly done: readonly string[];
      /** What somebody has decided not to do, with why. */
      readonly givenUp?: readonly string[];
    }
  | { readonly kind: 'nothingToBackport'; readonly label: string }
  /** A dry run: nothing was written. */
  | { readonly kind: 'backportsPlanned'; readonly branch: string; readonly writes: readonly string[] }
  /** Nothing was written. */
  | { readonly kind: 'backportsRefused'; readonly reason: string };

export function toldBackports(outcome: BackportOutcome): string {
  switch (outcome.kind) {
    case 'backported':
      return `backported: ${outcome.done.join(', ') || 'nothing'}${outcome.givenUp ? `; given up: ${outcome.givenUp.join('; ')}` : ''}`;
    case 'nothingToBackport':
      return `nothing to pick: no merged pull request carries ${outcome.label}`;
    case 'backportsPlanned':
      return `a dry run: would pick ${outcome.writes.length} onto ${outcome.branch}`;
    case 'backportsRefused':
      return `refused: ${outcome.reason}`;
  }
}

/** How the publication of a package ends. */
export type PackageOutcome =
  | { readonly kind: 'packagePublished'; readonly name: string; /** As the registry spells it. */ readonly version: string; /** It had been published before. */ readonly before?: true }
  | { readonly kind: 'packageGivenUp'; readonly by: string; readonly reason: string }
  /** Nothing was started. */
  | { readonly kind: 'packageRefused'; readonly reason: string };

export function toldPackage(outcome: PackageOutcome): string {
  switch (outcome.kind) {
    case 'packagePublished':
      return `${outcome.name} ${outcome.version} is published${outcome.before ? ', and was before' : ''}`;
    case 'packageGivenUp':
      return `given up by ${outcome.by}: ${outcome.reason}`;
    case 'packageRefused':
      return `refused: ${outcome.reason}`;
  }
}

/** How an experimental build ends. */
export type ExperimentalOutcome =
  | { readonly kind: 'experimentallyBuilt'; readonly tag: string; /** Where it is. */ readonly package: string; /** `accepted`: red ones. `none`: nothing has run for the tag. */ readonly tests: 'passed' | 'accepted' | 'none' }
  /** Nothing was written. */
  | { readonly kind: 'experimentalRefused'; readonly reason: string };

export function toldExperimental(outcome: ExperimentalOutcome): string {
  if (outcome.kind === 'experimentalRefused') return `refused: ${outcome.reason}`;
  const { tag, tests } = outcome;
  if (tests === 'none') return `pushed ${tag}, for which nothing was run: there may be no package at ${outcome.package}`;
  return `${tag} is built${tests === 'accepted' ? ', though its tests are red' : ''}: ${outcome.package}`;
}

/** How a security release ends. */
export type SecurityOutcome =
  | { readonly kind: 'securityReleased'; /** The tags that are out. */ readonly tags: readonly string[]; /** What somebody has decided not to do any more, with why. */ readonly givenUp?: readonly string[] }
  /** Nothing was written. */
  | { readonly kind: 'securityRefused'; readonly reason: string };

export function toldSecurity(outcome: SecurityOutcome): string {
  switch (outcome.kind) {
    case 'securityReleased':
      return `released ${outcome.tags.join(', ') || 'no version'} and disclosed it${outcome.givenUp ? `; given up: ${outcome.givenUp.join('; ')}` : ''}`;
    case 'securityRefused':
      return `refused: ${outcome.reason}`;
  }
}

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
