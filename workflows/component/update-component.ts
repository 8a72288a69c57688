import { parseInput } from '../../domain/text/input.ts';
import { shortSha } from '../../domain/code/commit.ts';
import type { Outcome } from '../../domain/outcome.ts';
import { releaseRequestExample, updateRequest } from '../../domain/component/request.ts';
import type { UpdateRequest } from '../../domain/component/request.ts';
import { unpaced } from '../release/work.ts';
import { choose } from './choosing.ts';
import { conclude } from '../release/conclusion.ts';
import { receiveUnknown } from '../release/inbox.ts';
import { wake } from '../release/messages.ts';
import { requested } from '../release/beginning.ts';
import { openSession } from '../release/session.ts';

/**
 * The hourly task of a component: looks for the newest green commit, and offers it to the component's release, which is started where it
 * does not run. It only reads: the release alone writes. Input: `{ "component": "gitaly" }`.
 */
export async function updateComponent(input?: UpdateRequest): Promise<Outcome> {
  const { component } = requested(parseInput(updateRequest, input, releaseRequestExample));
  const session = openSession(component);
  const { status, reporter } = session;
  receiveUnknown([wake.name], status);

  return conclude(status, reporter, async () => {
    const plan = await choose({ component, isHourly: true }, session);
    if (plan.kind !== 'release' && plan.kind !== 'straight') return plan;
    const waitsFor = await unpaced.offer({ release: plan.id, component, sha: plan.candidate }, `offer ${shortSha(plan.candidate)} to ${plan.id}`);
    return { kind: 'handedOver', to: plan.id, ...(waitsFor !== undefined && { waitsFor }) };
  });
}
