import { log } from '@temporalio/workflow';
import type { PlanRequest } from '../../activities/component/planning.ts';
import type { Announcement } from '../../activities/release/reports.ts';
import type { ReleasePlan } from '../../domain/component/plan.ts';
import type { StraightPlan } from '../../domain/component/straight.ts';
import type { ReleaseRequest } from '../../domain/component/request.ts';
import { unpaced } from '../release/work.ts';
import type { Session } from '../release/session.ts';
import type { ReleaseOutcome } from '../../domain/component/outcome.ts';

export type Chosen = ReleasePlan | StraightPlan | Extract<ReleaseOutcome, { kind: 'upToDate' | 'noCandidate' | 'triedBefore' | 'halted' | 'vetoed' }>;

/**
 * Finds out what is to be released. A mirror that lags behind, or a commit whose checks have not ended, is waited for. The owners of the mirror are told when it is red,
 * or when that takes unusually long, once each; nobody is told by a dry run.
 */
export async function choose(request: ReleaseRequest & Pick<PlanRequest, 'isHourly'>, { status, wakes }: Pick<Session, 'status' | 'wakes'>): Promise<Chosen> {
  const { component, dryRun } = request;
  const look = (patience: Pick<PlanRequest, 'patient'> = {}) => wakes.wakeable(() => unpaced.plan({ ...request, ...patience }, `plan a release of ${component}`));
  const waits = (what: string) => status.enter('planning', { waitingFor: { what } });

  waits(`the repositories of ${component} to answer`);
  let found = await look();
  if (found.kind === 'waiting') {
    waits(found.waitingFor);
    found = await look({ patient: { until: Date.now() + found.patience } });
  }
  if (found.kind === 'waiting' && found.otherwise) found = found.otherwise;
  if (found.kind === 'waiting') {
    waits(found.waitingFor);
    if (!dryRun) await warn(found.warning);
    found = await look({ patient: {} });
  }
  if (found.kind === 'waiting') throw new TypeError('a patient look waits for an answer');
  const { warning, ...outcome } = found;
  if (!dryRun) await warn(warning);
  return outcome;
}

/** Nothing waits for ever because the chat is down. */
async function warn(announcement: Announcement | undefined): Promise<void> {
  if (!announcement) return;
  try {
    await unpaced.announce(announcement, `announce ${announcement.text}`);
  } catch (failure) {
    log.warn('people could not be told', { text: announcement.text, failure });
  }
}
