import { workflowInfo } from '@temporalio/workflow';
import type { ReleaseOutcome } from '../../domain/component/outcome.ts';
import { changeOf, passageOf } from '../../domain/component/plan.ts';
import type { ReleasePlan } from '../../domain/component/plan.ts';
import { takeBackRequest, takeBackRequestExample } from '../../domain/component/request.ts';
import type { TakeBackRequest } from '../../domain/component/request.ts';
import type { StoppedOutcome } from '../../domain/outcome.ts';
import { parseInput } from '../../domain/text/input.ts';
import { openAbort } from '../people/abort.ts';
import { openSilences } from '../people/obligations.ts';
import { abort, decide, pause, resume } from '../people/messages.ts';
import { handOver, requested } from '../release/beginning.ts';
import { compensate } from '../release/compensation.ts';
import { conclude } from '../release/conclusion.ts';
import { receiveUnknown } from '../release/inbox.ts';
import { wake } from '../release/messages.ts';
import { openSession } from '../release/session.ts';
import { unpaced } from '../release/work.ts';
import { openPassage } from '../stages/passage.ts';
import { audiencesOf } from './audiences.ts';
import { land } from './landing.ts';
import { openOffers } from './offers.ts';
import type { Release } from './release.ts';

/** Takes the pin of a component back to what it was, by a pull request. Nothing is deployed. Input: `{ "component": "gitaly", "by": "kim", "reason": "it leaks" }`. */
export async function takePinBack(input?: TakeBackRequest): Promise<ReleaseOutcome | StoppedOutcome> {
  const request = requested(parseInput(takeBackRequest, input, takeBackRequestExample));
  const session = openSession(request.component);
  const { status, reporter } = session;
  const passage = openPassage(session, request.by);
  const offers = openOffers(status);
  const abortable = openAbort(status);
  receiveUnknown([decide, pause, resume, abort, wake].map(({ name }) => name), status);

  return conclude(status, reporter, () =>
    abortable(async () => {
      const plan = await unpaced.planBack(request, `find out what was pinned of ${request.component} before`);
      if (plan.id !== workflowInfo().workflowId) return handOver(plan.id, request);
      status.record({ message: 'take back', by: request.by, reason: request.reason });
      const release = begin(plan);
      const { plan: { candidate } } = await compensate(status, (register) => land(release, register));
      return { kind: 'takenBack', component: plan.component, from: plan.pinned, to: candidate, pullRequest: status.get().pullRequest!.url };
    }),
  );

  function begin(plan: ReleasePlan): Release {
    const begun = session.begin(plan, audiencesOf);
    passage.approvals.open(passageOf(plan));
    return { ...begun, ...passage, offers, goOnWithout: openSilences(), isExact: true, change: changeOf(plan), answers: { choices: ['retry', 'close', 'abort'] } };
  }
}
