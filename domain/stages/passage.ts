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
  /** Where deployments are started, from which branch, and where its pull request is. */
  readonly deployedFrom: { readonly repository: Repository; readonly branch: string };
}
