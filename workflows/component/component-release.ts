import { workflowInfo } from '@temporalio/workflow';
import { shortSha } from '../../domain/code/commit.ts';
import type { Sha } from '../../domain/code/commit.ts';
import { writesOf } from '../../domain/component/dry-run.ts';
import type { ReleaseOutcome } from '../../domain/component/outcome.ts';
import { changeOf, passageOf } from '../../domain/component/plan.ts';
import type { ReleasePlan } from '../../domain/component/plan.ts';
import { straightPassage, straightWrites } from '../../domain/component/straight.ts';
import type { StraightPlan } from '../../domain/component/straight.ts';
import { releaseRequest, releaseRequestExample } from '../../domain/component/request.ts';
import type { ReleaseRequest } from '../../domain/component/request.ts';
import type { StoppedOutcome } from '../../domain/outcome.ts';
import { parseInput } from '../../domain/text/input.ts';
import { openSilences } from '../people/obligations.ts';
import { openAbort } from '../people/abort.ts';
import { abort, approve, decide, pause, reject, resume } from '../people/messages.ts';
import { handOver, handOverExactly, requested } from '../release/beginning.ts';
import { compensate } from '../release/compensation.ts';
import { conclude } from '../release/conclusion.ts';
import { receiveUnknown } from '../release/inbox.ts';
import { wake } from '../release/messages.ts';
import { openSession } from '../release/session.ts';
import { openPassage } from '../stages/passage.ts';
import type { Passage } from '../stages/passage.ts';
import { passStage } from '../stages/stages.ts';
import { answersOn } from './answers.ts';
import { audiencesOf, straightAudiences } from './audiences.ts';
import { choose } from './choosing.ts';
import { land } from './landing.ts';
import type { Landed } from './landing.ts';
import { candidate } from './messages.ts';
import { carryOrHalt } from './objecting.ts';
import { openOffers } from './offers.ts';
import type { Release } from './release.ts';

/** Carries one candidate of a component from a green commit to its last stage. Input: `{ "component": "gitaly" }`. */
export async function componentRelease(input?: ReleaseRequest): Promise<ReleaseOutcome | StoppedOutcome> {
  const request = requested(parseInput(releaseRequest, input, releaseRequestExample));
  const session = openSession(request.component, { isQuiet: request.dryRun });
  const { status, reporter } = session;
  const passage = openPassage(session, request.by);
  const offers = openOffers(status);
  const abortable = openAbort(status);
  receiveUnknown([approve, reject, decide, pause, resume, abort, candidate, wake].map(({ name }) => name), status);

  return conclude(status, reporter, () =>
    abortable(async () => {
      const plan = await choose(request, session);
      if (plan.kind !== 'release' && plan.kind !== 'straight') return plan;
      if (request.dryRun) return { kind: 'planned', candidate: plan.candidate, writes: plan.kind === 'release' ? writesOf(plan) : straightWrites(plan) };
      if (plan.id !== workflowInfo().workflowId) return request.sha ? handOverExactly(request.sha, plan.id, request) : handOver(plan.id, request);

      const { carrying, landedAt } = plan.kind === 'release' ? await merge(plan) : { carrying: await goStraight(plan), landedAt: plan.candidate };
      return carryOrHalt({ ...carrying, ...(plan.kind === 'release' && { pinned: carrying.plan.candidate }) }, async () => {
        let sha = landedAt;
        for (const stage of carrying.plan.stages) sha = await passStage(carrying, stage, sha);
        return released(carrying.plan.candidate);
      });
    }),
  );

  async function merge(plan: ReleasePlan): Promise<{ readonly carrying: Passage; readonly landedAt: Sha }> {
    const release = begin(plan);
    const { plan: merged, sha } = plan.landed ? take(plan, plan.landed) : await compensate(status, (register) => land(release, register));
    return { carrying: { ...release, plan: passageOf(merged), touched: [] }, landedAt: sha };
  }

  /** What a release before this has merged. */
  function take(plan: ReleasePlan, { sha, pullRequest }: NonNullable<ReleasePlan['landed']>): Landed {
    status.change({ pullRequest });
    status.stays(`#${pullRequest.number} is merged`);
    reporter.tell({ name: 'carries-on', line: `carries on ${pullRequest.url}, which is not everywhere: ${plan.stages.map(({ name }) => name).join(', ')}` });
    return { plan, sha };
  }

  async function goStraight(plan: StraightPlan): Promise<Passage> {
    const begun = session.begin(plan, straightAudiences);
    const carried = straightPassage(plan);
    passage.approvals.open(carried);
    await openSilences()(begun, plan.silent ?? [], { of: `${shortSha(plan.candidate)} on ${plan.mirror}`, key: 'code.ignoredChecks' });
    return { ...begun, ...passage, plan: carried, touched: [] };
  }

  function begin(plan: ReleasePlan): Release {
    const begun = session.begin(plan, audiencesOf);
    passage.approvals.open(passageOf(plan));
    return { ...begun, ...passage, offers, goOnWithout: openSilences(), isExact: request.sha !== undefined, change: changeOf(plan), answers: answersOn(plan, begun.work) };
  }

  function released(candidate: Sha): ReleaseOutcome {
    const { pullRequest, stages } = status.get();
    const skipped = stages.flatMap(({ name, mark }) => (mark === 'skipped' ? [name] : []));
    const through = stages.flatMap(({ name }) => (skipped.includes(name) ? [] : [name]));
    return { kind: 'released', candidate, ...(pullRequest && { pullRequest: pullRequest.url }), stages: through, ...(skipped.length > 0 && { skipped }) };
  }
}
