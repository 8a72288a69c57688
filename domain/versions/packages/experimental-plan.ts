import type { Sha } from '../../code/commit.ts';
import type { Repository } from '../../code/repository.ts';
import type { Pace } from '../../release/pace.ts';

/** What an experimental build has agreed to do. */
export interface ExperimentalPlan {
  readonly kind: 'experimental';
  /** The workflow's id. */
  readonly id: string;
  readonly component: string;
  /** Where the version is tagged. */
  readonly origin: Repository;
  /** Where pushing its tag builds it. */
  readonly repository: Repository;
  readonly tag: string;
  /** The tag itself. */
  readonly at: Sha;
  readonly candidate: Sha;
  /** Where the package is, once its tests have passed. */
  readonly package: string;
  readonly requiredChecks: readonly string[];
  readonly stages: readonly [];
  readonly chat?: { readonly progress: string; readonly team: string };
  readonly pace: Pace;
}
