import { CancellationScope, condition } from '@temporalio/workflow';
import { interval } from '../domain/decision.ts';
import type { Interval } from '../domain/decision.ts';
import type { FlagSetting, FlagValue } from '../domain/flag.ts';
import { jump as jumpTo } from '../domain/rollout.ts';
import type { RolloutPlan } from '../domain/rollout-plan.ts';
import { jumping, overruling, testing } from '../domain/steering.ts';
import type { Jumping, Overruling, Testing } from '../domain/steering.ts';
import { isInterruption } from './interruption.ts';
import { receive } from './inbox.ts';
import { advance, hold, jump, resume, retry, tested } from './messages.ts';
import type { StatusKeeper } from './status.ts';

export type Steering = ReturnType<typeof openSteering>;

/** States in which there is something to cut short. */
const steerable = ['soaking', 'blocked', 'held'];

/** Lets operators say how a rollout goes on. */
export function openSteering(status: StatusKeeper) {
  let plan: RolloutPlan | undefined;
  let setting: (() => FlagSetting) | undefined;
  let held = false;
  let advanced = false;
  let target: FlagValue | undefined;
  let stuck = false;
  let testedBy: string | undefined;
  const interruptible = new Set<CancellationScope>();

  /** Whatever an operator says ends the wait that is under way; the rollout then looks what was said. */
  function said(message: string, { by, reason }: { readonly by: string; readonly reason?: string | undefined }): void {
    status.decided({ message, by, ...(reason !== undefined && { reason }) });
    for (const scope of interruptible) scope.cancel();
  }

  /** Why somebody may not steer now; undefined if they may. */
  function refusal({ by }: { readonly by: string }): string | undefined {
    const operators = plan?.rules.operators;
    if (operators && !operators.includes(by)) return `"${by}" may not steer this rollout. Its operators: ${operators.join(', ')}`;
    return undefined;
  }

  function unlessSteerable(by: { readonly by: string }): string | undefined {
    const { state } = status.get();
    return refusal(by) ?? (steerable.includes(state) ? undefined : `the rollout is in state "${state}": there is nothing to cut short`);
  }

  receive<Overruling>(advance, status, {
    schema: overruling,
    example: { by: 'your-login', reason: 'why' },
    about: 'Ends the watch of the present step, and overrides what blocks the next one',
    refusal: unlessSteerable,
    accept: (given) => {
      [held, advanced] = [false, true];
      said('advance', given);
    },
  });
  receive<Jumping>(jump, status, {
    schema: jumping,
    example: { to: 50, by: 'your-login', reason: 'why' },
    about: 'Goes to a later step at once',
    refusal: ({ to, ...given }) => {
      if (!plan || !setting) return 'the rollout has not come to production yet';
      const path = jumpTo(plan.steps, setting(), to);
      return unlessSteerable(given) ?? (path.kind === 'invalid' ? path.message : undefined);
    },
    accept: ({ to, ...given }) => {
      [held, target] = [false, to];
      said(`jump to ${to}`, given);
    },
  });
  receive<Overruling>(hold, status, {
    schema: overruling,
    example: { by: 'your-login', reason: 'why' },
    about: 'Leaves the flag as it is until somebody resumes',
    refusal: (given) => refusal(given) ?? (held ? 'it is held already' : undefined),
    accept: (given) => {
      held = true;
      said('hold', given);
    },
  });
  receive<Interval>(resume, status, {
    schema: interval,
    example: { by: 'your-login' },
    about: 'Goes on with a rollout that is held; the watch of its step begins anew',
    refusal: (given) => refusal(given) ?? (held ? undefined : 'it is not held'),
    accept: (given) => {
      held = false;
      said('resume', given);
    },
  });
  receive<Interval>(retry, status, {
    schema: interval,
    example: { by: 'your-login' },
    about: 'Tries again what a service has refused',
    refusal: (given) => refusal(given) ?? (stuck ? undefined : 'nothing was refused'),
    accept: (given) => {
      stuck = false;
      said('retry', given);
    },
  });
  receive<Testing>(tested, status, {
    schema: testing,
    example: { by: 'your-login', note: 'what was tried' },
    about: 'Says that the flag was tested on staging',
    refusal: ({ by }) => {
      const testers = plan?.rules.staging?.testers;
      if (testedBy) return `${testedBy} has tested it already`;
      return testers && !testers.includes(by) ? `"${by}" may not say that it was tested. Its testers: ${testers.join(', ')}` : undefined;
    },
    accept: ({ by, note }) => {
      testedBy = by;
      status.decided({ message: 'tested', by, ...(note !== undefined && { reason: note }) });
    },
  });

  return {
    /** From now on messages are judged by this plan. */
    open(agreed: RolloutPlan): void {
      plan = agreed;
    },
    /** From now on it is known from where one would jump. */
    follow(current: () => FlagSetting): void {
      setting = current;
    },
    refusal,

    isHeld: () => held,
    /** Slipway itself holds the rollout, until an operator says how it goes on. */
    holdOn(): void {
      held = true;
    },
    released: () => condition(() => !held),

    /** Whether somebody has cut the present step short; asking uses it up. */
    wasAdvanced(): boolean {
      const was = advanced;
      advanced = false;
      return was;
    },
    /** Where somebody wants to jump to, until it is reached. */
    target: () => target,
    reached(value: FlagSetting): void {
      if (value === target) target = undefined;
    },

    /** Waits until an operator wants to try again what was refused. */
    async retried(): Promise<void> {
      stuck = true;
      await condition(() => !stuck);
    },

    isTested: () => testedBy !== undefined,
    testedBySomebody: () => condition(() => testedBy !== undefined),

    /** Runs `body` until it ends, or an operator speaks: then the answer is undefined. */
    async unlessSteered<T>(body: () => Promise<T>): Promise<T | undefined> {
      const scope = new CancellationScope();
      interruptible.add(scope);
      try {
        return await scope.run(body);
      } catch (failure) {
        const steered = scope.consideredCancelled && !CancellationScope.current().consideredCancelled;
        if (steered && isInterruption(failure)) return undefined;
        throw failure;
      } finally {
        interruptible.delete(scope);
      }
    },
  };
}
