import { condition, log, ParentClosePolicy, setHandler, startChild } from '@temporalio/workflow';
import type { ComponentSurvey } from '../../activities/component/objections.ts';
import { componentPage } from '../../domain/component/component-page.ts';
import { decided, decideRefusal, halted, haltRefusal, lifted, liftRefusal, newComponent, nextEnd, objected, objecting, takingBack, vetoed, vetoRefusal, withBefore } from '../../domain/component/component-record.ts';
import type { ComponentRecord, ComponentRequest } from '../../domain/component/component-record.ts';
import type { TakeBackRequest } from '../../domain/component/request.ts';
import { asSha } from '../../domain/code/commit.ts';
import { choice } from '../../domain/people/decision.ts';
import type { Decision } from '../../domain/people/decision.ts';
import { halting, lifting, vetoing } from '../../domain/people/objection.ts';
import { yourLogin } from '../../domain/people/person.ts';
import { kinds } from '../../domain/release/kinds.ts';
import { decide } from '../people/messages.ts';
import { rootMessage } from '../release/conclusion.ts';
import { openRecord } from '../release/entity.ts';
import { answer, receive, receiveUnknown } from '../release/inbox.ts';
import { now } from '../release/status.ts';
import { unpaced } from '../release/work.ts';
import { componentStatus, halt, lift, objects, veto } from './messages.ts';

/** How long a message waits until what the catalog and the run before know is known here, too: less than the command does. */
const patience = '5 seconds';

export type ComponentKeeper = ReturnType<typeof keepComponent>;

/** What a component knows of itself, and whom it has still to tell. */
export function keepComponent(request: ComponentRequest) {
  const kept = openRecord<ComponentRecord>({ ...newComponent(request.component), ...request.record }, componentPage);
  const { get, put, refusals } = kept;
  let channel: string | undefined;
  /** What releases have been told of; nothing yet, by a run that continues another. */
  let told = request.record?.at ?? 0;
  /** Decisions that people have not been told of. */
  let news: readonly Decision[] = [];
  const sha = asSha('0123456789'.repeat(4));

  setHandler(componentStatus, get, { description: 'Whether it is halted, which commits are vetoed, and who has decided that' });
  receive(halt, refusals, {
    schema: halting,
    example: { by: yourLogin, reason: 'why', until: '2026-12-24T18:00:00Z' },
    about: 'Lets no release of the component begin, nor go on to its merge or its next stage, until it is lifted',
    refusal: (given) => haltRefusal(get(), given, now()),
    accept: (given) => change(halted(get(), given, now())),
  });
  receive(veto, refusals, {
    schema: vetoing,
    example: { sha, by: yourLogin, reason: 'why' },
    about: 'Lets a commit not be released, nor what contains it without its revert; with "only": true, nothing but this commit',
    refusal: (given) => vetoRefusal(get(), given, now()),
    accept: (given) => change(vetoed(get(), given, now())),
  });
  receive(lift, refusals, {
    schema: lifting,
    example: { by: yourLogin },
    about: 'Ends the halt or, with a "sha", the veto on that commit',
    // Until what the run before knew is known, nobody can tell whether there is nothing to lift.
    refusal: (given) => (kept.isKnown() ? liftRefusal(get(), given, now()) : undefined),
    async accept(given) {
      if (!kept.isKnown()) await kept.awaitSurvey(patience);
      const why = kept.unfit() ?? (kept.isKnown() ? liftRefusal(get(), given, now()) : 'what was decided before is not known yet: send it again');
      return why ?? change(lifted(get(), given, now()));
    },
  });
  receive(decide, refusals, {
    schema: choice,
    example: { choice: takingBack[0], by: yourLogin, reason: 'why' },
    about: 'Takes the pin back that a release has left, by a pull request, or leaves it as it is',
    refusal: (given) => decideRefusal(get(), given),
    async accept(given) {
      const pinned = get().offer?.pinned;
      const isTaken = given.choice === 'takeBack' && pinned !== undefined;
      const why = isTaken ? await startTakingBack({ component: request.component, by: given.by, reason: given.reason!, from: pinned }) : undefined;
      if (why === undefined) enter(decided(get(), given, now()));
      return why;
    },
  });
  answer(objects, {
    schema: objecting,
    example: { component: request.component, key: 'release/gitaly/from-0123456789ab/end', release: 'release/gitaly/from-0123456789ab', by: 'kim', reason: 'why', halts: true },
    about: 'Sent by releases: how one has ended stands against what comes next',
    async answer(given): Promise<void> {
      await kept.awaitSurvey(patience);
      // People hear of it from the release itself.
      put(objected(get(), given, now()));
    },
  });
  receiveUnknown([halt.name, veto.name, lift.name, decide.name], refusals);

  /** Under a passing id: it computes its own. Answers why it could not be started. */
  async function startTakingBack(input: TakeBackRequest): Promise<string | undefined> {
    try {
      await startChild(kinds.takingBack.workflow, { workflowId: `start/${kinds.takingBack.workflow}/${input.component}/${Date.now()}`, args: [input], parentClosePolicy: ParentClosePolicy.ABANDON });
      return undefined;
    } catch (failure) {
      return `it could not be started: ${rootMessage(failure)}`;
    }
  }

  /** Answers late where it is not known yet whether there is such a component. */
  function change(next: ComponentRecord): undefined | Promise<string | undefined> {
    enter(next);
    return kept.isKnown() ? undefined : kept.awaitSurvey(patience).then(kept.unfit);
  }

  function enter(next: ComponentRecord): void {
    news = [...news, ...next.decisions.filter((decision) => !get().decisions.includes(decision))];
    put(next);
  }

  async function say({ message, by, reason, at }: Decision): Promise<void> {
    if (channel === undefined) return;
    const text = `${request.component}: ${message} by ${by}${reason ? ` (${reason})` : ''}`;
    await unpaced.announce({ channel, key: `component/${request.component}/${message}/${at}`, text }, `announce ${message}`);
  }

  return {
    record: get,
    begin({ channel: where, before }: ComponentSurvey): void {
      kept.learn();
      channel = where;
      if (before && !request.record) put(withBefore(get(), before));
    },
    giveUp: kept.giveUp,
    /** Resolves when there is something to tell, or a halt or veto has ended by itself. */
    async awaitChange(): Promise<void> {
      const next = nextEnd(get(), now());
      if (next === undefined) await condition(kept.isDirty);
      // Clocks are read to the second: a second later it is over by them, too.
      else if (!(await condition(kept.isDirty, Math.max(0, next - Date.now()) + 1_000))) put({ ...get(), at: Math.max(get().at + 1, Date.now()) });
    },
    /** Releases first, then people; who can't be told now is told with the next change. */
    async tellEverybody(): Promise<void> {
      kept.clean();
      const { at } = get();
      const saying = news;
      news = [];
      if (at > told) {
        const { halt: halts, vetoes } = get();
        await unpaced.tellObjections({ component: request.component, objections: { at, ...(halts && { halt: halts }), vetoes } }, `tell the releases of ${request.component}`).catch((failure: unknown) => log.warn('releases could not be told', { failure }));
      }
      told = at;
      for (const decision of saying) await say(decision).catch((failure: unknown) => log.warn('people could not be told', { ...decision, failure }));
    },
    quiet: () => !kept.isDirty(),
  };
}
