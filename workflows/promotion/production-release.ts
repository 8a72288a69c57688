import { workflowInfo } from '@temporalio/workflow';
import type { Outcome } from '../../domain/outcome.ts';
import type { ProductionPlan } from '../../domain/promotion/production/plan.ts';
import { productionPassage } from '../../domain/promotion/production/plan.ts';
import type { ProductionRequest } from '../../domain/promotion/request.ts';
import { productionRequest, productionRequestExample } from '../../domain/promotion/request.ts';
import { abortion } from '../../domain/people/decision.ts';
import { fixName } from '../../domain/promotion/fix-plan.ts';
import { kinds, releaseId } from '../../domain/release/kinds.ts';
import { parseInput } from '../../domain/text/input.ts';
import { openAbort } from '../people/abort.ts';
import { openConfirmations } from '../people/confirmations.ts';
import { abort, approve, confirm, decide, pause, reject, resume } from '../people/messages.ts';
import { begin, handOver, requested } from '../release/beginning.ts';
import { compensate } from '../release/compensation.ts';
import { conclude } from '../release/conclusion.ts';
import { receiveUnknown } from '../release/inbox.ts';
import { wake } from '../release/messages.ts';
import { openSession } from '../release/session.ts';
import { unpaced } from '../release/work.ts';
import { openPassage } from '../stages/passage.ts';
import { passChecklist } from './production/checklist.ts';
import { deploy } from './production/deploying.ts';
import { oweException } from './production/exception.ts';
import { passGates } from './production/gates.ts';
import { becomeLatest } from './production/latest.ts';
import { establishOrigin } from './production/origin.ts';
import { passQa } from './production/qa-gate.ts';
import type { QaEnd } from './production/qa-gate.ts';
import { audiencesOf } from './production/release.ts';
import type { ProductionRelease } from './production/release.ts';
import { restartWorkloads } from './production/restarts.ts';
import { checkSanity } from './production/sanity.ts';
import { moveTickets } from './production/tickets.ts';

/**
 * Brings a release from stage to production: its commit, QA, its page, gates, environment variables, the deployment, a look at it, its tickets.
 * Input: `{ "component": "monitor", "release": "2024.09.01" }`.
 */
export async function productionRelease(input?: ProductionRequest): Promise<Outcome> {
  const request = requested(parseInput(productionRequest, input, productionRequestExample));
  const { component, release: name } = request;
  const session = openSession(component);
  const { status, reporter, wakes } = session;
  const passage = openPassage(session, request.by);
  const confirmations = openConfirmations(status);
  let isDeployed = false;
  const abortable = openAbort(status, {
    schema: abortion,
    about: 'Stops the release; not after it has come to production',
    refusal: () => (isDeployed ? 'it has come to production: what is still owed can be given up, one by one' : undefined),
  });
  receiveUnknown([abort, approve, confirm, decide, pause, reject, resume, wake].map((message) => message.name), status);

  return conclude<Outcome>(status, reporter, () =>
    abortable(async () => {
      status.enter('planning', { waitingFor: { what: `the repository of ${component} to answer` } });
      const plan = await wakes.wakeable(() => unpaced.planProduction(request, `plan ${name} of ${component}`));
      if (plan.kind === 'promotionRefused') return plan;
      if (plan.id !== workflowInfo().workflowId) return handOver(plan.id, request);
      return promote(plan);
    }),
  );

  async function promote(plan: ProductionPlan): Promise<Outcome> {
    const begun = session.begin({ ...plan }, audiencesOf);
    status.change({ version: plan.name });
    passage.approvals.open(productionPassage(plan));
    const release: ProductionRelease = { ...begun, request, confirmations, passage };
    const { environment } = plan.target;

    const origin = await establishOrigin(release);
    if (origin.kind === 'refused') return { kind: 'promotionRefused', reason: origin.reason };
    const { digest } = origin;
    const done = { kind: 'promoted', name: plan.name, candidate: plan.candidate, environment, ...(digest !== undefined && { digest }) } as const;
    if (plan.isPreview) {
      await checkSanity(release, await deploy(release, origin));
      return { ...done, tickets: [] };
    }

    const qa = await passQa(release);
    if (qa.kind !== 'passed') return replace(qa);
    await compensate(status, async (register, keep) => {
      await becomeLatest(release, register);
      await passGates(release);
      await passChecklist(release);
      const deployed = await deploy(release, origin);
      await restartWorkloads(release);
      await checkSanity(release, deployed);
      isDeployed = true;
      keep();
    });
    const moved = await moveTickets(release);
    const givenUp = [...moved.givenUp, ...(await oweException(release))];
    return { ...done, tickets: moved.tickets, ...(givenUp.length > 0 && { givenUp }) };
  }

  /** Another release goes to production instead. */
  async function replace(end: Exclude<QaEnd, { kind: 'passed' }>): Promise<Outcome> {
    const { by } = end;
    if (end.kind === 'revert') {
      const fix = releaseId('fix', component, fixName(end.pulls));
      await begin(fix, { component, pulls: end.pulls, by }, kinds.fix.workflow);
      return { kind: 'replaced', by: fix, decidedBy: by };
    }
    const { release: other } = end;
    const to = releaseId('production', component, other);
    await begin(to, { component, release: other, by });
    return { kind: 'replaced', by: to, decidedBy: by };
  }
}
