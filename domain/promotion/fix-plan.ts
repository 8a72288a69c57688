import type { CarriedChange } from '../changes/change.ts';
import type { Sha } from '../code/commit.ts';
import type { Repository } from '../code/repository.ts';
import type { Pace } from '../release/pace.ts';
import type { PromotionRules } from './rules.ts';

/** A merged pull request that has something to do with a fix. */
export interface FixPull {
  readonly number: number;
  readonly title: string;
  readonly url: string;
  readonly mergeSha: Sha;
  readonly author?: string;
}

/** What a stage fix, or a hotfix, has agreed to do. */
export interface FixPlan {
  readonly kind: 'fix';
  /** The workflow's. */
  readonly id: string;
  readonly component: string;
  readonly repository: Repository;
  /** What the release is called that goes to production with it. */
  readonly release: string;
  /** What is taken back until then, the newest first. */
  readonly pulls: readonly FixPull[];
  readonly hotfix?: { readonly pull: FixPull; readonly partner: string; /** The release that it mends. */ readonly patches: string };
  readonly stages: readonly [];
  readonly rules: PromotionRules;
  readonly pace: Pace;
}

/** A revert, as any change that a pull request carries. */
export function revertChange({ repository, rules, pace }: Pick<FixPlan, 'repository' | 'rules' | 'pace'>, head: string): CarriedChange {
  return { repository, branch: head, into: rules.branch, method: rules.mergeMethod, autoMerge: false, team: rules.chat.progress, patience: pace.patience };
}

/** What names a stage fix among those of its component. */
export function fixName(pulls: readonly number[]): string {
  return [...pulls].toSorted((a, b) => a - b).slice(0, 5).join('-') + (pulls.length > 5 ? `-and-${pulls.length - 5}-more` : '');
}

/** What a pull request that takes another one back is called: as GitHub does. */
export function revertTitle(title: string): string {
  const [, reverted] = /^Revert "(.*)"$/s.exec(title) ?? [];
  return reverted === undefined ? `Revert "${title}"` : `Reapply "${reverted}"`;
}
