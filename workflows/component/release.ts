import type { ReleasePlan } from '../../domain/component/plan.ts';
import type { Changing } from '../changes/change.ts';
import type { Silences } from '../people/obligations.ts';
import type { Session } from '../release/session.ts';
import type { Passage } from '../stages/passage.ts';
import type { Offers } from './offers.ts';

/** What the steps of one component release share. */
export interface Release extends Session<ReleasePlan>, Changing, Pick<Passage, 'approvals' | 'leases' | 'pause' | 'objections'> {
  /** It was started to carry exactly this commit: a newer one is no news to it. */
  readonly isExact: boolean;
  readonly offers: Offers;
  readonly goOnWithout: Silences;
}
