import { workflowInfo } from '@temporalio/workflow';
import { abortion } from '../../../domain/people/decision.ts';
import type { Outcome } from '../../../domain/outcome.ts';
import { parseInput } from '../../../domain/text/input.ts';
import { securityRequest, securityRequestExample } from '../../../domain/versions/request.ts';
import type { SecurityRequest } from '../../../domain/versions/request.ts';
import type { PreparedLine, SecurityPlan } from '../../../domain/versions/security/plan.ts';
import { openAbort } from '../../people/abort.ts';
import { openConfirmations } from '../../people/confirmations.ts';
import { yourLogin } from '../../../domain/people/person.ts';
import { abort, confirm, decide } from '../../people/messages.ts';
import { insist } from '../../people/obligations.ts';
import { handOver, requested } from '../../release/beginning.ts';
import { conclude } from '../../release/conclusion.ts';
import { receiveUnknown } from '../../release/inbox.ts';
import { wake } from '../../release/messages.ts';
import { openSession } from '../../release/session.ts';
import type { Session } from '../../release/session.ts';
import { unpaced } from '../../release/work.ts';
import { securityAudiences } from '../audiences.ts';
import { discloseAll } from './disclosing.ts';
import { openEmbargo } from './embargo.ts';
import { disclose } from '../messages.ts';

/**
 * Releases a fix that nobody may know of yet: it is tagged in the security repository, and comes to the public one when it is disclosed. Until then it
 * shows nothing but its number; what people have to know is at the issue. Input: `{ "component": "gitaly", "issue": 12 }`.
 */
export async function securityRelease(input?: SecurityRequest): Promise<Outcome> {
  const request = requested(parseInput(securityRequest, input, securityRequestExample));
  const session = openSession(request.component);
  const { status } = session;
  const embargo = openEmbargo(status, request.disclosure);
  const confirmations = openConfirmations(status);
  let isTagged = false;
  const abortable = openAbort(status, {
    schema: abortion,
    about: 'Stops the release; not after its first tag is made',
    refusal: () => (isTagged ? 'it is tagged in the security repository, and tags are never taken back: disclose it, or release the next version' : undefined),
  });
  receiveUnknown([abort, confirm, decide, disclose, wake].map(({ name }) => name), status);

  return conclude<Outcome>(status, session.reporter, () =>
    abortable(async () => {
      status.enter('planning', { waitingFor: { what: 'the security repository to answer' } });
      const plan = await unpaced.planSecurity(request, `plan security release ${request.issue}`);
      if (plan.kind === 'refused') return { kind: 'securityRefused', reason: plan.reason };
      if (plan.id !== workflowInfo().workflowId) return handOver(plan.id, request);
      const release = session.begin(plan, securityAudiences);
      const lines = await prepare(release);
      await embargo.over(release);
      return discloseAll(release, lines);
    }),
  );

  /** Has every version tagged in the security repository, one after the other. What has changed there meanwhile has to be ready anew. */
  async function prepare(release: Session<SecurityPlan>): Promise<readonly PreparedLine[]> {
    const { plan, work, wakes } = release;
    for (let isAllowed = false; ; ) {
      status.enter('pipeline', { waitingFor: { what: `the fix to be ready on every branch: issue ${plan.issue} of the security repository says what is missing` } });
      const fixes = await insist(release, 'a look at the fix', () => wakes.wakeable(() => work.lookAtFix(plan, 'wait until it is ready everywhere')));
      if (!isAllowed) await allow(plan);
      isAllowed = true;
      status.enter('publishing', { waitingFor: { what: 'its tags in the security repository' } });
      isTagged = true;
      const lines: PreparedLine[] = [];
      for (const fix of fixes) {
        const prepared = 'target' in fix ? ({ kind: 'prepared', line: fix } as const) : await insist(release, 'the merge of the fix', () => work.prepareFix({ plan, fix }, 'merge it, and tag it'));
        if (prepared.kind === 'prepared') lines.push(prepared.line);
      }
      isTagged = lines.some(({ tag }) => tag !== undefined);
      if (lines.length === fixes.length) return lines;
    }
  }

  /** Where the catalog names release managers, one of them has to say so before anything is tagged. */
  async function allow({ approvers, issue }: SecurityPlan): Promise<void> {
    if (!approvers) return;
    const isTeam = approvers.some((one) => one.includes('/'));
    const waitingFor = { what: `approval of security release ${issue}`, whom: approvers, send: [{ message: 'confirm', payload: { item: 'tag', by: yourLogin } }] };
    await status.meanwhile('approval', waitingFor, () => confirmations.receive({ item: 'tag', ...(!isTeam && { by: approvers }) }));
  }
}
