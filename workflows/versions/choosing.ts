import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { executeChild, workflowInfo } from '@temporalio/workflow';
import { toldOutcome } from '../../domain/outcome.ts';
import type { Outcome } from '../../domain/outcome.ts';
import type { PlannedVersion, PlanVersionRequest } from '../../activities/versions/planning.ts';
import type { Choice } from '../../domain/people/decision.ts';
import { versionReleaseId } from '../../domain/versions/plan.ts';
import type { VersionRequest } from '../../domain/versions/request.ts';
import { versionOf } from '../../domain/versions/version.ts';
import { ask } from '../people/asking.ts';
import { goWithout, insist } from '../people/obligations.ts';
import { rootMessage } from '../release/conclusion.ts';
import { isInterruption } from '../release/race.ts';
import type { openSession } from '../release/session.ts';
import { unpaced } from '../release/work.ts';

type OpenedVersion = ReturnType<typeof openSession>;
type Gap = Extract<PlannedVersion, { kind: 'gap' }>;

/** Decides what the version is made of. Where it leaves others out, people say whether those are released first, or never. */
export async function choose(session: OpenedVersion, request: VersionRequest): Promise<Exclude<PlannedVersion, Gap>> {
  let burns = false;
  let why: string | undefined;
  for (let time = 1; ; time++) {
    session.status.enter('planning', { waitingFor: { what: `the repository of ${request.component} to answer` } });
    const plan = () => planAgain(request, { burns });
    // Once people have decided something it is not lost by a no.
    const planned = await (time === 1 ? plan() : insist(session, `the plan of ${request.version}`, plan));
    if (planned.kind !== 'gap') return planned;
    if (request.dryRun) return { kind: 'refused', reason: `version: ${planned.version} leaves out ${planned.missing.join(', ')}: a release would ask whether to tag them first, or never` };
    const { choice, by, reason } = await askAboutGap(session, planned, { time, why });
    if (choice === 'burn') burns = true;
    else why = await releaseMissing(request, planned, { by, ...(reason && { reason }) });
  }
}

export function planAgain({ component, version, sha, product }: VersionRequest, more: Pick<PlanVersionRequest, 'burns'> = {}): Promise<PlannedVersion> {
  return unpaced.planVersion({ component, version, asker: product === undefined ? 'developers' : 'product', ...(sha && { sha }), ...(product !== undefined && { product }), ...more }, `plan ${version} of ${component}`);
}

/** @param why what has come of the last answer, where that did not help */
async function askAboutGap(session: OpenedVersion, { version, missing, channel }: Gap, { time, why }: { readonly time: number; readonly why: string | undefined }): Promise<Choice> {
  const { status, questions } = session;
  const about = `${version}, which leaves out ${missing.join(', ')}`;
  const what = `a decision on ${about}${why === undefined ? '' : `. ${why}`}`;
  const text = `${about}${why === undefined ? '' : `. ${why}`}: somebody has to decide whether to release them first (tagMissing), or never (burn)`;
  const key = `${status.get().release}/gap${time === 1 ? '' : `-${time}`}`;
  if (channel !== undefined) await goWithout(session, `tell ${channel}: ${text}`, () => unpaced.announce({ channel, key, text }, 'announce the gap'));
  return ask({ status, questions }, { about, what, choices: ['tagMissing', 'burn'], reasoned: ['burn'] });
}

/** One after the other: each is a release of its own. @returns why one of them has not come about: people are asked again */
async function releaseMissing({ component }: VersionRequest, { missing }: Gap, who: { readonly by: string; readonly reason?: string }): Promise<string | undefined> {
  for (const version of missing) {
    const workflowId = versionReleaseId(component, versionOf(version));
    try {
      const outcome = (await executeChild(workflowInfo().workflowType, { workflowId, args: [{ component, version, ...who }] })) as Outcome;
      if (outcome.kind !== 'versionReleased') return `${workflowId} was not released: ${toldOutcome(outcome)}`;
    } catch (failure) {
      if (isInterruption(failure)) throw failure;
      return failure instanceof WorkflowExecutionAlreadyStartedError ? `${workflowId} is under way: decide once it has ended` : `${workflowId} was not released: ${rootMessage(failure)}`;
    }
  }
  return undefined;
}
