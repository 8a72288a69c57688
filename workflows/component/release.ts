import type { Deployed } from '../../domain/environments/claim.ts';
import type { ReleasePlan } from '../../domain/component/plan.ts';
import type { Work } from '../release/work.ts';
import type { Approvals } from '../people/approvals.ts';
import type { Leases } from '../stages/leases.ts';
import type { Offers } from './offers.ts';
import type { Pause } from '../people/pause.ts';
import type { Questions } from '../people/questions.ts';
import type { Reporter } from '../release/reporting.ts';
import type { StatusKeeper } from '../release/status.ts';
import type { Wakeable } from '../release/wake.ts';
import type { Stage } from '../../domain/stages/rules.ts';

/** What the steps of one release share. */
export interface Release {
  readonly plan: ReleasePlan;
  /** It was started to carry exactly this commit: a newer one is no news to it. */
  readonly isExact: boolean;
  readonly status: StatusKeeper;
  readonly approvals: Approvals;
  readonly questions: Questions;
  readonly offers: Offers;
  readonly pause: Pause;
  readonly leases: Leases;
  /** Where this release has deployed, in order. */
  readonly touched: Touched[];
  readonly work: Work;
  readonly reporter: Reporter;
  readonly wakeable: Wakeable;
}

export interface Touched {
  readonly stage: Stage;
  /** What ran there before, as far as the environment knows. */
  readonly previous?: Deployed;
}
