import { allHandlersFinished, condition, continueAsNew, workflowInfo } from '@temporalio/workflow';
import type { Outcome } from '../../domain/outcome.ts';
import { yourLogin } from '../../domain/people/person.ts';
import { abortion, interval } from '../../domain/people/decision.ts';
import type { StageWatchRequest } from '../../domain/promotion/request.ts';
import { stageWatchRequest, stageWatchRequestExample } from '../../domain/promotion/request.ts';
import type { StageWatchPlan } from '../../domain/promotion/stage-watch.ts';
import { parseInput } from '../../domain/text/input.ts';
import { openAbort } from '../people/abort.ts';
import { insist } from '../people/obligations.ts';
import { abort, decide } from '../people/messages.ts';
import { handOver, requested } from '../release/beginning.ts';
import { conclude } from '../release/conclusion.ts';
import { isHistoryLong } from '../release/entity.ts';
import { receive, receiveUnknown } from '../release/inbox.ts';
import { wake } from '../release/messages.ts';
import { unless } from '../release/race.ts';
import { openSession } from '../release/session.ts';
import type { Session } from '../release/session.ts';
import { now } from '../release/status.ts';
import { unpaced } from '../release/work.ts';
import { resync } from './messages.ts';
import { audiencesOf, show, take } from './stage/news.ts';
import type { StageKnowledge } from './stage/news.ts';

/**
 * Follows what stage runs, which others deploy: tells of each commit, remembers it with its image, and says where to look when one does not come.
 * It goes on until it is aborted. Input: `{ "component": "monitor" }`.
 */
export async function stageDeployment(input?: StageWatchRequest): Promise<Outcome> {
  const request = requested(parseInput(stageWatchRequest, input, stageWatchRequestExample));
  const { component } = request;
  const session = openSession(component);
  const { status, reporter, wakes } = session;
  const abortable = openAbort(status, { schema: abortion, about: 'Ends the following of stage' });
  /** ISO 8601: what is still to be synchronised was asked for then. */
  let asked: string | undefined;
  receive(resync, status, {
    schema: interval,
    example: { by: yourLogin },
    about: 'Has what brings images to stage look at once',
    refusal: () => (asked === undefined ? undefined : 'it is being synchronised already'),
    accept({ by, reason }) {
      asked = now();
      status.record({ message: 'resync', by, ...(reason !== undefined && { reason }) });
    },
  });
  receiveUnknown([abort, decide, resync, wake].map(({ name }) => name), status);

  return conclude<Outcome>(status, reporter, () =>
    abortable(async () => {
      status.enter('planning', { waitingFor: { what: `the catalog to say where ${component} is staged` } });
      const plan = await wakes.wakeable(() => unpaced.planStageWatch({ component }, `plan the following of ${component}`));
      if (plan.id !== workflowInfo().workflowId) return handOver(plan.id, request);
      return follow(session.begin(plan, audiencesOf));
    }),
  );

  async function follow(begun: Session<StageWatchPlan>): Promise<never> {
    const { plan, work } = begun;
    const { stage } = plan;
    let known: StageKnowledge = request;
    for (;;) {
      show(begun, known);
      const look = { plan, last: known.seen.at(-1), late: known.late, asked: known.asked, noticed: known.noticed };
      const news = await unless(
        () => insist(begun, `a look at ${stage}`, () => wakes.wakeable(() => work.stageNews(look, `wait for news of ${stage}`))),
        () => asked ?? (isHistoryLong() ? 'long' : undefined),
      );
      if (typeof news === 'object') known = take(begun, known, news);
      else if (asked !== undefined) known = await synchronise(begun, known, asked);
      if (isHistoryLong()) {
        await reporter.allTold();
        await condition(allHandlersFinished);
        if (asked === undefined) await continueAsNew<typeof stageDeployment>({ component, ...known });
      }
    }
  }

  async function synchronise(begun: Session<StageWatchPlan>, known: StageKnowledge, since: string): Promise<StageKnowledge> {
    const { plan: { application, stage }, work } = begun;
    try {
      if (application === undefined) {
        status.refuse('resync', `the catalog does not say what brings images to ${stage}: add "sync" to its promotion`);
        return known;
      }
      const url = await insist(begun, `the synchronisation of ${stage}`, () => work.syncStage({ application, since }, `synchronise ${application}`));
      reporter.tell({ name: 'resync', line: `${stage} is synchronised: ${url}` });
      const { late: _, ...rest } = known;
      return { ...rest, asked: since };
    } finally {
      asked = undefined;
    }
  }
}
