import type { RolloutPlan } from '../../domain/flags/plan.ts';
import type { Work } from '../release/work.ts';
import type { Reporter } from '../release/reporting.ts';
import type { StatusKeeper } from '../release/status.ts';
import type { Steering } from './steering.ts';
import type { Wakes } from '../release/wake.ts';

/** What the steps of one rollout share. */
export interface Rollout {
  readonly plan: RolloutPlan;
  readonly status: StatusKeeper;
  readonly steering: Steering;
  readonly work: Work;
  readonly reporter: Reporter;
  readonly wakes: Wakes;
}

/** Who can be waited for: the operators whom the catalog names, or somebody. */
export function operatorsOf({ plan }: Pick<Rollout, 'plan'>): readonly string[] {
  return plan.rules.operators ?? ['somebody'];
}
