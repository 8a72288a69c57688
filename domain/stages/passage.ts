import type { Sha } from '../code/commit.ts';
import type { Repository } from '../code/repository.ts';
import type { Agreed } from '../release/agreed.ts';
import type { Stage } from './rules.ts';

/** What is agreed of anything that goes through stages. */
export interface PassagePlan extends Agreed {
  readonly candidate: Sha;
  readonly stages: readonly Stage[];
  /** The repository of its commits. */
  readonly source: Repository;
  /** What it takes the place of, as far as its own plan knows. */
  readonly before?: { readonly candidate: Sha; /** What is deployed for that. */ readonly sha: Sha };
  /** What commits are called where people deploy them by name: releases by their tags. A commit without one is called by its first 7 digits, unless there are `names`. */
  readonly names?: Readonly<Record<Sha, string>>;
  /** Where deployments are started, from which branch, and where its pull request is. */
  readonly deployedFrom: { readonly repository: Repository; readonly branch: string };
}

/** How a commit is named to those who deploy it. */
export function versionName({ names }: Pick<PassagePlan, 'names'>, candidate: Sha): string {
  return names?.[candidate] ?? candidate.slice(0, 7);
}
