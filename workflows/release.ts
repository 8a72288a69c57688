import type { Stage } from '../domain/catalog.ts';
import type { Deployed } from '../domain/claim.ts';
import type { ReleasePlan } from '../domain/release-plan.ts';
import type { Work } from './activities.ts';
import type { Approvals } from './approvals.ts';
import type { Leases } from './leases.ts';
import type { Offers } from './offers.ts';
import type { Pause } from './pause.ts';
import type { Questions } from './questions.ts';
import type { Reporter } from './reporting.ts';
import type { StatusKeeper } from './status.ts';
import type { Wakeable } from './wake.ts';

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
