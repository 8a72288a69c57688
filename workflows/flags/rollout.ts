import type { RolloutPlan } from '../../domain/flags/plan.ts';
import type { Session } from '../release/session.ts';
import type { Steering } from './steering.ts';

/** What the steps of one rollout share. */
export interface Rollout extends Session<RolloutPlan> {
  readonly steering: Steering;
}

/** Who can be waited for: the operators whom the catalog names, or somebody. */
export function operatorsOf({ plan }: Pick<Rollout, 'plan'>): readonly string[] {
  return plan.rules.operators ?? ['somebody'];
}
