import { workflowInfo } from '@temporalio/workflow';
import type { Outcome } from '../../domain/outcome.ts';
import type { HotfixRequest } from '../../domain/promotion/request.ts';
import { hotfixRequest, hotfixRequestExample } from '../../domain/promotion/request.ts';
import { parseInput } from '../../domain/text/input.ts';
import { openAbort } from '../people/abort.ts';
import { openConfirmations } from '../people/confirmations.ts';
import { abort, confirm, decide } from '../people/messages.ts';
import { handOver, requested } from '../release/beginning.ts';
import { conclude } from '../release/conclusion.ts';
import { receiveUnknown } from '../release/inbox.ts';
import { wake } from '../release/messages.ts';
import { openSession } from '../release/session.ts';
import { unpaced } from '../release/work.ts';
import { run } from './fix/course.ts';
import { fixAudiences } from './fix/session.ts';
import type { Fix } from './fix/session.ts';

/**
 * Brings a merged pull request to production at once, under the next number of the release that it mends: a partner who did not write it
 * sees it work on stage first. Input: `{ "component": "monitor", "pull": 123, "partner": "bob" }`.
 */
export async function hotfixRelease(input?: HotfixRequest): Promise<Outcome> {
  const request = requested(parseInput(hotfixRequest, input, hotfixRequestExample));
  const { component } = request;
  const session = openSession(component);
  const { status, reporter, wakes } = session;
  const confirmations = openConfirmations(status);
  const abortable = openAbort(status);
  receiveUnknown([abort, confirm, decide, wake].map(({ name }) => name), status);

  return conclude<Outcome>(status, reporter, () =>
    abortable(async () => {
      status.enter('planning', { waitingFor: { what: `the repository of ${component} to answer` } });
      const plan = await wakes.wakeable(() => unpaced.planHotfix(request, `plan a hotfix of ${component}`));
      if (plan.kind === 'fixRefused') return plan;
      if (plan.id !== workflowInfo().workflowId) return handOver(plan.id, request);
      const fix: Fix = { ...session.begin(plan, fixAudiences), confirmations, by: request.by };
      status.change({ version: plan.release });
      return run(fix, () => testOnStage(fix));
    }),
  );
}

/** The partner has seen it work; then everybody hears that it goes out. */
async function testOnStage({ plan, status, reporter, confirmations, work }: Fix): Promise<void> {
  const { id, component, release, rules } = plan;
  const { pull, partner, patches } = plan.hotfix!;
  const send = [{ message: 'confirm', payload: { item: 'stage', by: partner } }];
  status.enter('confirmation', { waitingFor: { what: `${partner} to have seen #${pull.number} work on ${rules.stage}`, whom: [partner], send } });
  reporter.tell({ name: 'test', line: `${partner}: see #${pull.number} work on ${rules.stage}, and confirm "stage"`, urgent: true, wanted: { whom: [partner], send } });
  await confirmations.receive({ item: 'stage', by: [partner] });
  const line = `${partner} has seen #${pull.number} ${pull.title} work on ${rules.stage}: it goes out as ${release}, on ${patches}`;
  reporter.tell({ name: 'tested', line });
  const { hotfixes } = rules.chat;
  if (hotfixes === undefined) return;
  await work.announce({ channel: hotfixes, key: `${id}/deploying`, text: `A hotfix of ${component} is deployed. ${line}` }, `tell ${hotfixes}`).catch(() => status.owe(`tell ${hotfixes}: ${line}`));
}
