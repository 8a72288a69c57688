import { workflowInfo } from '@temporalio/workflow';
import { abortion } from '../../domain/people/decision.ts';
import type { Outcome } from '../../domain/outcome.ts';
import { parseInput } from '../../domain/text/input.ts';
import { experimentalRequest, experimentalRequestExample } from '../../domain/versions/request.ts';
import type { ExperimentalRequest } from '../../domain/versions/request.ts';
import { openAbort } from '../people/abort.ts';
import { abort, decide } from '../people/messages.ts';
import { insist } from '../people/obligations.ts';
import { handOver, requested } from '../release/beginning.ts';
import { conclude } from '../release/conclusion.ts';
import { receiveUnknown } from '../release/inbox.ts';
import { wake } from '../release/messages.ts';
import { openSession } from '../release/session.ts';
import { unpaced } from '../release/work.ts';
import { experimentalAudiences } from './audiences.ts';
import { followPipeline } from './pipeline.ts';

/** Pushes a version's tag to where that builds it, and follows its tests. Input: `{ "component": "gitaly", "version": "12.9.0-rc4" }`. */
export async function experimentalBuild(input?: ExperimentalRequest): Promise<Outcome> {
  const request = requested(parseInput(experimentalRequest, input, experimentalRequestExample));
  const session = openSession(request.component);
  const { status } = session;
  const abortable = openAbort(status, { schema: abortion, about: 'Stops following it: a tag that is pushed stays, and is built' });
  receiveUnknown([abort, decide, wake].map(({ name }) => name), status);

  return conclude<Outcome>(status, session.reporter, () =>
    abortable(async () => {
      status.enter('planning', { waitingFor: { what: `the repository of ${request.component} to answer` } });
      const plan = await unpaced.planExperimental(request, `plan an experimental build of ${request.version}`);
      if (plan.kind === 'refused') return { kind: 'experimentalRefused', reason: plan.reason };
      if (plan.id !== workflowInfo().workflowId) return handOver(plan.id, request);
      const release = session.begin(plan, experimentalAudiences);
      const { repository, tag, candidate: target, requiredChecks, pace, package: name } = plan;
      status.change({ version: tag });
      status.enter('publishing', { waitingFor: { what: `the tests of ${tag} in ${repository}` } });
      await insist(release, `the push of ${tag} to ${repository}`, () => release.work.pushExperimental(plan, `push ${tag} to ${repository}`));
      const end = await followPipeline(release, { repository, tag, target, requiredChecks, pace });
      return { kind: 'experimentallyBuilt', tag, package: name, tests: end };
    }),
  );
}
