import { log } from '@temporalio/workflow';
import type { Announcement } from '../activities/reports.ts';
import type { ReleaseOutcome } from '../domain/outcome.ts';
import type { ReleasePlan } from '../domain/release-plan.ts';
import type { ReleaseRequest } from '../domain/release-request.ts';
import { planning, warning } from './activities.ts';
import type { StatusKeeper } from './status.ts';
import type { Wakeable } from './wake.ts';

export type Chosen = ReleasePlan | Extract<ReleaseOutcome, { kind: 'upToDate' | 'noCandidate' }>;

/** Finds out what is to be released. The owners of a mirror are told when it is red or lags behind, once each; a lagging one is waited for. */
export async function chosen(request: ReleaseRequest, { status, wakeable }: { readonly status: StatusKeeper; readonly wakeable: Wakeable }): Promise<Chosen> {
  const look = ({ patient }: { readonly patient: boolean }) =>
    wakeable(() => planning.plan.executeWithOptions({ summary: request.component }, [{ ...request, ...(patient && { patient }) }]));

  const first = await look({ patient: false });
  if (first.kind === 'mirrorBehind') {
    status.enter('planning', { waitingFor: { what: first.waitingFor } });
    await warn(first.warning);
  }
  const found = first.kind === 'mirrorBehind' ? await look({ patient: true }) : first;
  if (found.kind === 'mirrorBehind') throw new TypeError('a patient look waits for the mirror');
  if (found.kind !== 'noCandidate') return found;
  const { warning, ...outcome } = found;
  await warn(warning);
  return outcome;
}

/** Nothing waits for ever because the chat is down. */
async function warn(announcement: Announcement | undefined): Promise<void> {
  if (!announcement) return;
  try {
    await warning.announce.executeWithOptions({ summary: announcement.text }, [announcement]);
  } catch (failure) {
    log.warn('people could not be told', { text: announcement.text, failure });
  }
}
