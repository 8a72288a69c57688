import { workflowInfo } from '@temporalio/workflow';
import type { Outcome } from '../../domain/outcome.ts';
import { parseInput } from '../../domain/text/input.ts';
import { backportRequest, backportRequestExample } from '../../domain/versions/request.ts';
import type { BackportRequest } from '../../domain/versions/request.ts';
import { decide } from '../people/messages.ts';
import { goWithout, insist } from '../people/obligations.ts';
import { handOver, requested } from '../release/beginning.ts';
import { conclude } from '../release/conclusion.ts';
import { receiveUnknown } from '../release/inbox.ts';
import { wake } from '../release/messages.ts';
import { openSession } from '../release/session.ts';
import { unpaced } from '../release/work.ts';
import { backportAudiences } from './audiences.ts';
import { bring } from './bringing.ts';

/**
 * Picks the merged pull requests that ask for it onto the stable branch that production runs, in the order of their merges, until none is left.
 * One that can't be picked keeps the others waiting. Input: `{ "component": "gitaly" }`.
 */
export async function backport(input?: BackportRequest): Promise<Outcome> {
  const request = requested(parseInput(backportRequest, input, backportRequestExample));
  const session = openSession(request.component);
  const { status } = session;
  receiveUnknown([decide.name, wake.name], status);

  return conclude<Outcome>(status, session.reporter, async () => {
    const done: string[] = [];
    const givenUp: string[] = [];
    const except: number[] = [];
    for (;;) {
      status.enter('planning', { waitingFor: { what: `the repository of ${request.component} to answer` } });
      // Anew for each: more may ask for it by now, and production may have come to another branch.
      const look = () => unpaced.planBackports({ component: request.component, except }, `look for pull requests of ${request.component} to pick`);
      // Nothing has begun yet that could wait for people.
      const plan = await (except.length === 0 ? look() : insist(session, 'the look for what is to be picked next', look));
      if (plan.kind === 'refused') {
        if (plan.waiting && !request.dryRun) await tellWaiting(session, request.component, plan.waiting, plan.reason);
        return { kind: 'backportsRefused', reason: plan.reason };
      }
      if (plan.kind === 'nothing') return except.length > 0 ? { kind: 'backported', done, ...(givenUp.length > 0 && { givenUp }) } : { kind: 'nothingToBackport', label: plan.label };
      if (request.dryRun) return { kind: 'backportsPlanned', branch: plan.branch, writes: plan.queue.map(({ number, title }) => `pick #${number} "${title}"`) };
      if (plan.id !== workflowInfo().workflowId) return handOver(plan.id, request);

      const change = plan.queue[0]!;
      const end = await bring(session.begin(plan, backportAudiences), change);
      if (end.kind === 'elsewhere') continue;
      except.push(change.number);
      (end.kind === 'done' ? done : givenUp).push(end.line);
    }
  });
}

/** People who have set the label wait for something to happen: told once for each of them. */
async function tellWaiting(session: ReturnType<typeof openSession>, component: string, { channel, numbers }: { readonly channel: string; readonly numbers: readonly number[] }, reason: string): Promise<void> {
  const names = numbers.map((number) => `#${number}`).join(', ');
  const text = `${component}: ${names} can't be picked now: ${reason}`;
  await goWithout(session, `tell ${channel}: ${text}`, () => unpaced.announce({ channel, key: `backports of ${component} ${numbers.join('-')}`, text }, 'tell what waits'));
}
