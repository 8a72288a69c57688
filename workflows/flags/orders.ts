import { yourLogin } from '../../domain/people/person.ts';
import { interval } from '../../domain/people/decision.ts';
import type { Interval } from '../../domain/people/decision.ts';
import type { FlagSetting, FlagValue } from '../../domain/flags/setting.ts';
import { jump as jumpTo } from '../../domain/flags/steps.ts';
import type { RolloutPlan } from '../../domain/flags/plan.ts';
import { jumping, overruling, testing } from '../../domain/flags/steering.ts';
import type { Jumping, Overruling, Testing } from '../../domain/flags/steering.ts';
import { receive } from '../release/inbox.ts';
import { advance, hold, jump, retry, tested } from './messages.ts';
import { resume } from '../people/messages.ts';
import type { Session } from '../release/session.ts';
import type { StatusKeeper } from '../release/status.ts';

/** What operators and testers have said to a rollout, and what their words are judged by. */
export interface Orders {
  plan?: RolloutPlan;
  /** What the flag is in production, once the rollout has come there. */
  setting?: () => FlagSetting;
  held: boolean;
  advanced: boolean;
  target?: FlagValue | undefined;
  testedBy?: string;
}

/** States in which there is something to cut short. */
const steerable = ['soaking', 'blocked', 'held'];

/** Why somebody may not steer; undefined if they may. */
export function mayNotSteer({ plan }: Orders, { by }: { readonly by: string }): string | undefined {
  const operators = plan?.rules.operators;
  if (!operators || operators.includes(by)) return undefined;
  return `"${by}" may not steer this rollout. Its operators: ${operators.join(', ')}`;
}

/** Receives what people say. `heard` is called when what was under way must look at it. */
export function receiveOrders(orders: Orders, { status, questions }: Pick<Session, 'status' | 'questions'>, heard: () => void): void {
  function note(message: string, { by, reason }: { readonly by: string; readonly reason?: string | undefined }, change: Partial<Orders>): void {
    Object.assign(orders, change);
    status.record({ message, by, ...(reason !== undefined && { reason }) });
    heard();
  }

  function unlessSteerable(given: { readonly by: string }): string | undefined {
    const { state } = status.get();
    if (questions.isAsking()) return mayNotSteer(orders, given) ?? 'a service has refused something: send retry once it no longer does';
    return mayNotSteer(orders, given) ?? (steerable.includes(state) ? undefined : `the rollout is in state "${state}": there is nothing to cut short`);
  }

  receive<Overruling>(advance, status, {
    schema: overruling,
    example: { by: yourLogin, reason: 'why' },
    about: 'Ends the watch of the present step, and overrides what blocks the next one',
    refusal: unlessSteerable,
    accept: (given) => note('advance', given, { held: false, advanced: true }),
  });
  receive<Jumping>(jump, status, {
    schema: jumping,
    example: { to: 50, by: yourLogin, reason: 'why' },
    about: 'Goes to a later step at once',
    refusal: ({ to, ...given }) => {
      const { plan, setting } = orders;
      if (!plan || !setting) return 'the rollout has not come to production yet';
      const path = jumpTo(plan.steps, setting(), to);
      return unlessSteerable(given) ?? (path.kind === 'invalid' ? path.message : undefined);
    },
    accept: ({ to, ...given }) => note(`jump to ${to}`, given, { held: false, target: to }),
  });
  receive<Overruling>(hold, status, {
    schema: overruling,
    example: { by: yourLogin, reason: 'why' },
    about: 'Leaves the flag as it is until somebody resumes',
    refusal: (given) => mayNotSteer(orders, given) ?? (orders.held ? 'it is held already' : undefined),
    accept: (given) => note('hold', given, { held: true }),
  });
  receive<Interval>(resume, status, {
    schema: interval,
    example: { by: yourLogin },
    about: 'Goes on with a rollout that is held; the watch of its step begins anew',
    refusal: (given) => mayNotSteer(orders, given) ?? (orders.held ? undefined : 'it is not held'),
    accept: (given) => note('resume', given, { held: false }),
  });
  receive<Interval>(retry, status, {
    schema: interval,
    example: { by: yourLogin },
    about: 'Tries again what a service has refused',
    refusal: (given) => mayNotSteer(orders, given) ?? (questions.isAsking() ? undefined : 'nothing was refused'),
    accept: ({ by, reason }) => {
      questions.reply({ choice: 'retry', by });
      status.record({ message: 'retry', by, ...(reason !== undefined && { reason }) });
    },
  });
  receiveTest(orders, status);
}

/** A test does not interrupt anything: it may also come early. */
function receiveTest(orders: Orders, status: StatusKeeper): void {
  receive<Testing>(tested, status, {
    schema: testing,
    example: { by: yourLogin, note: 'what was tried' },
    about: 'Says that the flag was tested on staging',
    refusal: ({ by }) => {
      const testers = orders.plan?.rules.staging?.testers;
      if (orders.testedBy) return `${orders.testedBy} has tested it already`;
      return testers && !testers.includes(by) ? `"${by}" may not say that it was tested. Its testers: ${testers.join(', ')}` : undefined;
    },
    accept: ({ by, note }) => {
      orders.testedBy = by;
      status.record({ message: 'tested', by, ...(note !== undefined && { reason: note }) });
    },
  });
}
