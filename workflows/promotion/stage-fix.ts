import { workflowInfo } from '@temporalio/workflow';
import type { Outcome } from '../../domain/outcome.ts';
import type { StageFixRequest } from '../../domain/promotion/request.ts';
import { stageFixRequest, stageFixRequestExample } from '../../domain/promotion/request.ts';
import { parseInput } from '../../domain/text/input.ts';
import { openAbort } from '../people/abort.ts';
import { openConfirmations } from '../people/confirmations.ts';
import { abort, decide } from '../people/messages.ts';
import { handOver, requested } from '../release/beginning.ts';
import { conclude } from '../release/conclusion.ts';
import { receiveUnknown } from '../release/inbox.ts';
import { wake } from '../release/messages.ts';
import { openSession } from '../release/session.ts';
import { unpaced } from '../release/work.ts';
import { run } from './fix/course.ts';
import { fixAudiences } from './fix/session.ts';

/**
 * Takes pull requests back that are not to go to production yet, brings the release without them there, and then brings them back.
 * Input: `{ "component": "monitor", "pulls": [123] }`.
 */
export async function stageFix(input?: StageFixRequest): Promise<Outcome> {
  const request = requested(parseInput(stageFixRequest, input, stageFixRequestExample));
  const { component } = request;
  const session = openSession(component);
  const { status, reporter, wakes } = session;
  const confirmations = openConfirmations(status);
  const abortable = openAbort(status);
  receiveUnknown([abort, decide, wake].map(({ name }) => name), status);

  return conclude<Outcome>(status, reporter, () =>
    abortable(async () => {
      status.enter('planning', { waitingFor: { what: `the repository of ${component} to answer` } });
      const plan = await wakes.wakeable(() => unpaced.planStageFix(request, `plan a stage fix of ${component}`));
      if (plan.kind === 'fixRefused') return plan;
      if (plan.id !== workflowInfo().workflowId) return handOver(plan.id, request);
      const begun = session.begin(plan, fixAudiences);
      status.change({ version: plan.release });
      return run({ ...begun, confirmations, by: request.by });
    }),
  );
}
