import type { Sha } from '../../domain/code/commit.ts';
import type { Deployed } from '../../domain/environments/claim.ts';
import type { PassagePlan } from '../../domain/stages/passage.ts';
import type { Stage } from '../../domain/stages/rules.ts';
import { openApprovals } from '../people/approvals.ts';
import type { Approvals } from '../people/approvals.ts';
import { openObjections } from '../people/objections.ts';
import type { ObjectionKeeper } from '../people/objections.ts';
import { openPause } from '../people/pause.ts';
import type { Pause } from '../people/pause.ts';
import type { Session } from '../release/session.ts';
import { openLeases } from './grants.ts';
import type { Delivery, Leases } from './grants.ts';

/** What carries something through stages. */
export interface Passage extends Session<PassagePlan> {
  readonly approvals: Approvals;
  readonly leases: Leases;
  /** Its own, and a halt of its component. */
  readonly pause: Pause;
  readonly objections: ObjectionKeeper;
  /** Makes sure, right before a deployment, that what comes is still what was agreed on: people may have taken days to approve. Asks by itself. */
  readonly departure?: (stage: Stage) => Promise<void>;
  /** Why what a deployment has brought is not what was to be brought; looked at as soon as one has succeeded, where there is something to look at. */
  readonly arrival?: (stage: Stage, delivery: Delivery) => Promise<string | undefined>;
  /** Where it has deployed, in order. */
  readonly touched: Touched[];
}

export interface Touched {
  readonly stage: Stage;
  /** What was brought there. */
  readonly sha: Sha;
  /** What ran there before, as far as anybody knows. */
  readonly previous?: Previous;
}

export type Previous = Pick<Deployed, 'candidate' | 'sha'> & { /** Nobody's, where people deploy by their own means. */ readonly release?: string };

/** What people and environments say to whatever goes through stages. @param starter whoever started it, as far as that is known */
export function openPassage({ status, reporter }: Pick<Session, 'status' | 'reporter'>, starter: string | undefined): Pick<Passage, 'approvals' | 'leases' | 'pause' | 'objections'> {
  const [approvals, leases, own] = [openApprovals(status, starter), openLeases(status), openPause(status)];
  const objections = openObjections({ status, reporter }, own);
  return { approvals, leases, objections, pause: objections.pause };
}
