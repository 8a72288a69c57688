import { CancellationScope, workflowInfo } from '@temporalio/workflow';
import { shortSha } from '../../domain/code/commit.ts';
import type { Sha } from '../../domain/code/commit.ts';
import { toldTakingBack } from '../../domain/component/request.ts';
import { toldLifting } from '../../domain/people/objection.ts';
import { ourselves } from '../../domain/release/record.ts';
import type { Session } from '../release/session.ts';
import { Stop } from '../release/stop.ts';

type EndingRelease = Pick<Session, 'status' | 'work' | 'reporter'> & { /** What it leaves pinned. */ readonly pinned?: Sha } & { readonly plan: { readonly id: string; readonly component: string; readonly candidate: Sha } };

/** Carries a release through; where people have rejected it, or had it rolled back, nothing more of the component is released until somebody lifts that. */
export async function carryOrHalt<T>(ending: EndingRelease, body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (failure) {
    if (failure instanceof Stop) await CancellationScope.nonCancellable(() => haltAfter(ending, failure.reason));
    throw failure;
  }
}

async function haltAfter({ status, work, reporter, plan, pinned }: EndingRelease, reason: Stop['reason']): Promise<void> {
  if (reason.kind !== 'rejected' && reason.kind !== 'rolledBack') return;
  const { id, component } = plan;
  const how = `${reason.kind === 'rejected' ? 'rejected' : 'rolled back'} at ${reason.stage}`;
  const said = { by: reason.by ?? ourselves, reason: `${shortSha(plan.candidate)} was ${how}${reason.reason ? `: ${reason.reason}` : ''}` };
  await work.object({ component, key: keyOf(plan, reason.kind), release: id, ...said, halts: true, ...(pinned && { pinned }) }, `halt ${component}`);
  const line = `${component} is halted: ${toldLifting(component)}${pinned ? `; to take its pin back: ${toldTakingBack(component)}` : ''}`;
  status.stays(line);
  reporter.tell({ name: 'halts', line, urgent: true });
}

/** People have closed its pull request because of what it carries: that commit alone is not offered again. */
export async function vetoAfterClosing({ status, work, reporter, plan }: EndingRelease, { by, reason, asked }: { readonly by: string; readonly reason?: string; readonly asked?: string }): Promise<void> {
  const { id, component, candidate } = plan;
  const why = reason ?? `closed${asked ? `, asked about ${asked}` : ''}`;
  await work.object({ component, key: keyOf(plan, 'closed'), release: id, by, reason: why, vetoes: candidate }, `veto ${shortSha(candidate)}`);
  const line = `${shortSha(candidate)} is not offered again: ${toldLifting(component, candidate)}`;
  status.stays(line);
  reporter.tell({ name: 'vetoes', line });
}

/** Of this occasion: a release that begins anew under the same id may end so once more. */
function keyOf({ id, candidate }: EndingRelease['plan'], how: string): string {
  return `${id}/${how}/${shortSha(candidate)}/${workflowInfo().startTime.toISOString()}`;
}
