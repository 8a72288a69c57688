import { workflowInfo } from '@temporalio/workflow';
import { abortion } from '../../domain/people/decision.ts';
import type { Outcome } from '../../domain/outcome.ts';
import { parseInput } from '../../domain/text/input.ts';
import { versionWrites } from '../../domain/versions/plan.ts';
import { versionRequest, versionRequestExample } from '../../domain/versions/request.ts';
import type { VersionRequest } from '../../domain/versions/request.ts';
import { versionText } from '../../domain/versions/version.ts';
import { openAbort } from '../people/abort.ts';
import { openApprovals } from '../people/approvals.ts';
import { abort, approve, decide, reject } from '../people/messages.ts';
import { goWithout } from '../people/obligations.ts';
import { handOver, requested } from '../release/beginning.ts';
import { conclude } from '../release/conclusion.ts';
import { receiveUnknown } from '../release/inbox.ts';
import { wake } from '../release/messages.ts';
import { openSession } from '../release/session.ts';
import { unpaced } from '../release/work.ts';
import { audiencesOf } from './audiences.ts';
import { choose } from './choosing.ts';
import { receiveDownstream } from './downstream.ts';
import { finish } from './finishing.ts';
import { updateDownstream } from './messages.ts';
import { passageOf } from './release.ts';
import { cutTag } from './tagging.ts';

/**
 * Releases a version of a component: its commit, its tag, the page at the forge, and what the default branch is to know of it.
 * Input: `{ "component": "gitaly", "version": "12.9.0" }`.
 */
export async function versionRelease(input?: VersionRequest): Promise<Outcome> {
  const request = requested(parseInput(versionRequest, input, versionRequestExample));
  const session = openSession(request.component, { isQuiet: request.dryRun });
  const { status, reporter } = session;
  const approvals = openApprovals(status, request.by);
  const downstream = receiveDownstream(status, request.downstream);
  let isTagged = false;
  const abortable = openAbort(status, {
    schema: abortion,
    about: 'Stops the release; not after its tag is out',
    refusal: () => (isTagged ? 'its tag is out, and tags are never taken back: it can only go on' : undefined),
  });
  receiveUnknown([abort, approve, decide, reject, updateDownstream, wake].map(({ name }) => name), status);

  return conclude<Outcome>(status, reporter, () =>
    abortable(async () => {
      const plan = await choose(session, request);
      if (plan.kind === 'refused') {
        const { channel } = plan;
        const text = `${request.component} ${request.version} is not released, though ${request.product} asks for it: ${plan.reason}`;
        if (channel !== undefined) await goWithout(session, `tell ${channel}: ${text}`, () => unpaced.announce({ channel, key: `${workflowInfo().workflowId}/refused`, text }, 'tell of the refusal'));
        return { kind: 'versionRefused', reason: plan.reason };
      }
      const version = versionText(plan.version);
      if (request.dryRun) return { kind: 'versionPlanned', version, commit: plan.target, writes: versionWrites(plan), warnings: plan.warnings };
      if (plan.id !== workflowInfo().workflowId) return handOver(plan.id, { ...request, version });

      const begun = session.begin({ ...plan, candidate: plan.target }, audiencesOf);
      status.change({ version });
      approvals.open(passageOf(begun.plan));
      downstream.agree(begun.plan);
      for (const warning of plan.warnings) reporter.tell({ name: 'warning', line: warning });
      const tagged = await cutTag({ ...begun, approvals }, request);
      if (tagged.kind === 'refused') return { kind: 'versionRefused', reason: tagged.reason };
      isTagged = true;
      return finish(tagged, downstream);
    }),
  );
}
