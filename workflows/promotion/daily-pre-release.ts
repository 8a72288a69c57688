import { workflowInfo } from '@temporalio/workflow';
import type { Outcome } from '../../domain/outcome.ts';
import type { PreReleasePlan } from '../../domain/promotion/pre-release.ts';
import type { PreReleaseRequest } from '../../domain/promotion/request.ts';
import { preReleaseRequest, preReleaseRequestExample } from '../../domain/promotion/request.ts';
import { parseInput } from '../../domain/text/input.ts';
import { handOver, requested } from '../release/beginning.ts';
import { chatAudiences } from '../release/calls.ts';
import { conclude, refusedAs } from '../release/conclusion.ts';
import { receiveUnknown } from '../release/inbox.ts';
import { decide } from '../people/messages.ts';
import { insist } from '../people/obligations.ts';
import { wake } from '../release/messages.ts';
import type { Audience } from '../release/reporting.ts';
import { openSession } from '../release/session.ts';
import type { Session } from '../release/session.ts';
import { unpaced } from '../release/work.ts';

/**
 * Makes the day's pre-release of a component from the head of its branch, with the pull requests that were merged since the release before,
 * and waits until everything in it is ticked or there is a later one. Nothing merged: nothing made. Input: `{ "component": "monitor" }`.
 */
export async function dailyPreRelease(input?: PreReleaseRequest): Promise<Outcome> {
  const request = requested(parseInput(preReleaseRequest, input, preReleaseRequestExample));
  const { component } = request;
  const session = openSession(component);
  const { status, reporter } = session;
  const { wakeable } = session.wakes;
  receiveUnknown([decide, wake].map((one) => one.name), status);

  return conclude(status, reporter, async () => {
    const choose = () => wakeable(() => unpaced.planPreRelease(request, `plan the pre-release of ${component}`));
    status.enter('planning', { waitingFor: { what: `the repository of ${component} to answer` } });
    const plan = await choose();
    if (plan.kind === 'nothingMerged') return plan;
    if (plan.id !== workflowInfo().workflowId) return handOver(plan.id, request);

    const begun = session.begin(plan, audiencesOf);
    const { work } = begun;
    status.change({ version: plan.name });
    status.enter('publishing');
    const made = await insist(begun, `the pre-release ${plan.name}`, () => make(plan));
    // Somebody has just made one of that name by hand, from another commit.
    if (made.kind === 'taken') {
      const again = await insist(begun, 'another plan', choose);
      return again.kind === 'nothingMerged' ? again : handOver(again.id, request);
    }
    const { name, engineer } = plan;
    reporter.tell({ name: 'made', line: `pre-release with ${plan.items.length} to be looked at since ${plan.since ?? 'the beginning'}: ${made.url}` });

    await retag(plan);
    const payload = { component, release: name };
    const next = `once everything is ticked, ${name} can go to production: ${JSON.stringify(payload)}`;
    status.enter('testing', { waitingFor: { what: `a tick at everything in ${made.url}`, whom: ['QA'] }, next });
    const answer = await insist(begun, `the look at ${made.url}`, () => wakeable(() => work.preReleaseAnswered(plan, `wait until ${name} is ticked`)));
    if (answer.kind === 'ticked') reporter.tell({ name: 'ticked', line: `${engineer === undefined ? '' : `${engineer}: `}everything in it is ticked. It can go to production: ${JSON.stringify(payload)}` });
    return { kind: 'preReleased', name, candidate: plan.candidate, url: made.url, ticked: answer.kind === 'ticked' };

    async function make(agreed: PreReleasePlan): Promise<{ readonly kind: 'made'; readonly url: string } | { readonly kind: 'taken' }> {
      try {
        return { kind: 'made', url: await work.makePreRelease(agreed, `make the pre-release ${agreed.name}`) };
      } catch (failure) {
        if (refusedAs('Conflict', failure) === undefined) throw failure;
        return { kind: 'taken' };
      }
    }

    /** The tag starts the repository's own retag and rebuild: until they end, there is no image of that name. */
    async function retag({ onTag, repository, candidate: sha, pace }: PreReleasePlan): Promise<void> {
      if (onTag.length === 0) return;
      status.enter('pipeline', { waitingFor: { what: `${onTag.join(', ')} for ${name}` } });
      const until = Date.now() + pace.patience;
      const runs = await insist(begun, `the look at ${onTag.join(', ')}`, () => wakeable(() => work.tagRuns({ repository, tag: name, sha, workflows: onTag, until }, `wait for ${onTag.join(', ')}`)));
      for (const { workflow, state, url } of runs.filter((run) => run.state !== 'succeeded')) {
        const what = state === 'failed' ? `${workflow} failed for ${name}: ${url}` : `${workflow} was not started by the tag ${name}`;
        reporter.tell({ name: `retag-${workflow}`, line: what, urgent: true });
        status.owe(what);
      }
    }
  });
}

/** One thread a pre-release, and everybody in its channel where somebody has to do something. */
function audiencesOf(session: Session<PreReleasePlan>): readonly Audience[] {
  const { component, name, channel } = session.plan;
  return chatAudiences(session, { progress: channel, team: channel }, { subject: `${component} ${name}` });
}
