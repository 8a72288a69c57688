import { condition } from '@temporalio/workflow';
import type { Sha } from '../../domain/code/commit.ts';
import { componentId, haltOf, objectionNews, toldHalt, toldVeto } from '../../domain/people/objection.ts';
import type { Halt, ObjectionNews, Veto } from '../../domain/people/objection.ts';
import { lasts } from '../../domain/people/order.ts';
import { yourLogin } from '../../domain/people/person.ts';
import { hear } from '../release/inbox.ts';
import type { Reporter } from '../release/reporting.ts';
import { now } from '../release/status.ts';
import type { StatusKeeper } from '../release/status.ts';
import { objected } from './messages.ts';
import type { Pause } from './pause.ts';

/** What people have against a release. That its component is halted holds it up as a pause of its own does. */
export interface ObjectionKeeper {
  readonly pause: Pause;
  /** The veto on what it carries, while that lasts. */
  veto(candidate: Sha): Veto | undefined;
  /** Whether it may not go on to its next stage. */
  stand(candidate: Sha): boolean;
  /** What a release has found when it asked itself. */
  learn(news: ObjectionNews): void;
}

/** Hears what people have against the release, from the workflow of its component. */
export function openObjections({ status, reporter }: { readonly status: StatusKeeper; readonly reporter: Reporter }, own: Pause): ObjectionKeeper {
  let known: ObjectionNews = { at: 0 };

  hear(objected, status, {
    schema: objectionNews,
    example: { at: 1, halt: { by: 'kim', reason: 'why', since: '2026-12-24T18:00:00Z' } },
    about: "Sent by the component's workflow: what people have against the release",
    accept: learn,
  });

  function learn(news: ObjectionNews): void {
    if (news.at < known.at) return;
    const before = known;
    known = news;
    const { component } = status.get();
    const [halt, veto] = [news.halt && lasts(news.halt, now()) ? news.halt : undefined, news.veto];
    show();
    if (halt && !isSame(halt, before.halt)) reporter.tell({ name: 'halted', line: `stops where it is: ${toldHalt(component, halt)}` });
    if (!halt && before.halt) reporter.tell({ name: 'halt-over', line: `goes on: ${component} is halted no more` });
    if (veto && !isSame(veto, before.veto)) reporter.tell({ name: 'vetoed', line: toldVeto(veto, news.candidate), urgent: true });
    if (!veto && before.veto) reporter.tell({ name: 'veto-over', line: `goes on: ${before.veto.sha} is vetoed no more` });
  }

  /** In its own page, wherever it is at that moment. */
  function show(): void {
    const { halt, veto, candidate } = known;
    status.object([...(halt ? [toldHalt(status.get().component, halt)] : []), ...(veto ? [toldVeto(veto, candidate)] : [])]);
  }

  function halted(): Halt | undefined {
    return haltOf(known, now());
  }

  /** Until the halt is lifted, or ends by itself. */
  async function awaitEnd(halt: Halt): Promise<void> {
    const { component, state } = status.get();
    const send = [{ message: 'lift', to: componentId(component), payload: { by: yourLogin } }];
    const over = () => own.active() || !isSame(halt, halted());
    const ms = halt.until === undefined ? undefined : Math.max(0, Date.parse(halt.until) - Date.now()) + 1_000;
    await status.meanwhile(state, { what: `the end of the halt of ${component}, by ${halt.by}: ${halt.reason}`, whom: ['an operator'], send }, () => (ms === undefined ? condition(over) : condition(over, ms)));
  }

  const pause: Pause = {
    active: () => own.active() || halted() !== undefined,
    why() {
      const halt = halted();
      return own.why() ?? (halt && toldHalt(status.get().component, halt));
    },
    async over() {
      for (;;) {
        await own.over();
        const halt = halted();
        if (!halt) break;
        await awaitEnd(halt);
      }
    },
  };

  function vetoOn(candidate: Sha): Veto | undefined {
    const { veto } = known;
    return veto && lasts(veto, now()) && (known.candidate ?? veto.sha) === candidate ? veto : undefined;
  }

  return {
    pause,
    veto: vetoOn,
    stand: (candidate) => halted() !== undefined || vetoOn(candidate) !== undefined,
    learn,
  };
}

function isSame(order: Halt | Veto, other: Halt | Veto | undefined): boolean {
  return other !== undefined && order.by === other.by && order.since === other.since && order.reason === other.reason && order.until === other.until;
}
