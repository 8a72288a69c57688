import type { Undeployed } from '../../domain/flags/issue.ts';
import type { RolloutPlan } from '../../domain/flags/plan.ts';
import type { Session } from '../release/session.ts';
import type { Steering } from './steering.ts';

/** What of a rollout only its issue's checklist shows. */
export interface RolloutMilestones {
  issue?: { readonly number: number; readonly url: string };
  codeDeployed?: boolean;
  undeployed?: Undeployed;
  /** Why production is frozen, as people were told. */
  frozen?: string;
  removal?: string;
}

/** What the steps of one rollout share. */
export interface Rollout extends Session<RolloutPlan> {
  readonly steering: Steering;
  readonly milestones: RolloutMilestones;
}

/** Who can be waited for: the operators whom the catalog names, or somebody. */
export function operatorsOf({ plan }: Pick<Rollout, 'plan'>): readonly string[] {
  return plan.rules.operators ?? ['somebody'];
}
