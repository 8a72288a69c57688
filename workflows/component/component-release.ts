import { workflowInfo } from '@temporalio/workflow';
import type { Sha } from '../../domain/code/commit.ts';
import { writesOf } from '../../domain/component/dry-run.ts';
import { parseInput } from '../../domain/text/input.ts';
import type { StoppedOutcome } from '../../domain/outcome.ts';
import type { ReleasePlan } from '../../domain/component/plan.ts';
import type { ReleaseRequest } from '../../domain/component/request.ts';
import { releaseRequest, releaseRequestExample } from '../../domain/component/request.ts';
import { openAbort } from '../people/abort.ts';
import { workAt } from '../release/work.ts';
import { openApprovals } from '../people/approvals.ts';
import { chosen } from './choosing.ts';
import { compensating } from '../release/compensation.ts';
import { concluded } from '../release/conclusion.ts';
import { handOver, handOverExactly } from '../release/beginning.ts';
import { receiveUnknown } from '../release/inbox.ts';
import { landed } from './landing.ts';
import { openLeases } from '../stages/leases.ts';
import { abort, approve, candidate, decide, pause, reject, resume, wake } from '../release/messages.ts';
import { openOffers } from './offers.ts';
import { openPause } from '../people/pause.ts';
import { openQuestions } from '../people/questions.ts';
import { releaseRecords } from '../release/records.ts';
import type { Release } from './release.ts';
import { flakyTests, pullRequestComments, releaseThread, startReporting, teamChannel } from '../release/reporting.ts';
import { requested } from '../release/requested.ts';
import { passed } from '../stages/stages.ts';
import { keepStatus } from '../release/status.ts';
import { openWake } from '../release/wake.ts';
import type { ReleaseOutcome } from '../../domain/component/outcome.ts';

/** Carries one candidate of a component from a green commit to its last stage. Input: `{ "component": "gitaly" }`. */
export async function componentRelease(input?: ReleaseRequest): Promise<ReleaseOutcome | StoppedOutcome> {
  const request = requested(parseInput(releaseRequest, input, releaseRequestExample));
  const status = keepStatus(request.component);
  const approvals = openApprovals(status, request.by);
  const questions = openQuestions(status);
  const offers = openOffers(status);
  const pausing = openPause(status);
  const leases = openLeases(status);
  const abortable = openAbort(status);
  const { wakeable } = openWake();
  const reporter = startReporting(status);
  receiveUnknown([approve.name, reject.name, decide.name, pause.name, resume.name, abort.name, candidate.name, wake.name], status);

  return concluded(status, reporter, () =>
    abortable(async () => {
      const plan = await chosen(request, { status, wakeable });
      if (plan.kind !== 'release') return plan;
      if (request.dryRun) return { kind: 'planned', candidate: plan.candidate, writes: writesOf(plan) };
      if (plan.id !== workflowInfo().workflowId) return request.sha ? handOverExactly(request.sha, plan.id, request) : handOver(plan.id, request);

      const release = begun(plan);
      const { plan: merged, sha } = await compensating(status, (register) => landed(release, register));
      for (const stage of merged.stages) await passed({ ...release, plan: merged }, stage, sha);
      return released(merged.candidate);
    }),
  );

  function released(candidate: Sha): ReleaseOutcome {
    const { pullRequest, stages } = status.get();
    const skipped = stages.flatMap(({ name, mark }) => (mark === 'skipped' ? [name] : []));
    const through = stages.flatMap(({ name }) => (skipped.includes(name) ? [] : [name]));
    return { kind: 'released', candidate, pullRequest: pullRequest!.url, stages: through, ...(skipped.length > 0 && { skipped }) };
  }

  function begun(plan: ReleasePlan): Release {
    const work = workAt(plan.pace);
    status.planned(plan);
    approvals.open(plan);
    const people = [releaseThread, teamChannel, pullRequestComments, flakyTests].map((audience) => audience(plan, work, status));
    reporter.begin(...people, releaseRecords(work, status));
    return { plan, isExact: request.sha !== undefined, status, approvals, questions, offers, pause: pausing, leases, touched: [], work, reporter, wakeable };
  }
}
