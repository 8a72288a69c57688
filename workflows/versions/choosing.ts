import { executeChild, workflowInfo } from '@temporalio/workflow';
import type { PlannedVersion, PlanVersionRequest } from '../../activities/versions/planning.ts';
import type { Choice } from '../../domain/people/decision.ts';
import { versionReleaseId } from '../../domain/versions/plan.ts';
import type { VersionRequest } from '../../domain/versions/request.ts';
import { versionOf } from '../../domain/versions/version.ts';
import { ask } from '../people/asking.ts';
import type { openSession } from '../release/session.ts';
import { unpaced } from '../release/work.ts';

type OpenedVersion = ReturnType<typeof openSession>;
type Gap = Extract<PlannedVersion, { kind: 'gap' }>;

/** Decides what the version is made of. Where it leaves others out, people say whether those are released first, or never. */
export async function choose(session: OpenedVersion, request: VersionRequest): Promise<Exclude<PlannedVersion, Gap>> {
  let burns = false;
  for (;;) {
    session.status.enter('planning', { waitingFor: { what: `the repository of ${request.component} to answer` } });
    const planned = await planAgain(request, { burns });
    if (planned.kind !== 'gap') return planned;
    if (request.dryRun) return { kind: 'refused', reason: `version: ${planned.version} leaves out ${planned.missing.join(', ')}: a release would ask whether to tag them first, or never` };
    const { choice, by, reason } = await askAboutGap(session, planned);
    if (choice === 'burn') burns = true;
    else await releaseMissing(request, planned, { by, ...(reason && { reason }) });
  }
}

export function planAgain({ component, version, sha, product }: VersionRequest, more: Pick<PlanVersionRequest, 'burns'> = {}): Promise<PlannedVersion> {
  return unpaced.planVersion({ component, version, asker: product === undefined ? 'developers' : 'product', ...(sha && { sha }), ...(product !== undefined && { product }), ...more }, `plan ${version} of ${component}`);
}

async function askAboutGap({ status, questions }: OpenedVersion, { version, missing, channel }: Gap): Promise<Choice> {
  const about = `${version}, which leaves out ${missing.join(', ')}`;
  if (channel !== undefined) await unpaced.announce({ channel, key: `${status.get().release}/gap`, text: `${about}: somebody has to decide whether to release them first (tagMissing), or never (burn)` }, 'announce the gap');
  return ask({ status, questions }, { about, choices: ['tagMissing', 'burn'], reasoned: ['burn'] });
}

/** One after the other: each is a release of its own. */
async function releaseMissing({ component }: VersionRequest, { missing }: Gap, who: { readonly by: string; readonly reason?: string }): Promise<void> {
  for (const version of missing) {
    await executeChild(workflowInfo().workflowType, { workflowId: versionReleaseId(component, versionOf(version)), args: [{ component, version, ...who }] });
  }
}
