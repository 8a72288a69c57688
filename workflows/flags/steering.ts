import { condition } from '@temporalio/workflow';
import type { FlagSetting } from '../../domain/flags/setting.ts';
import type { RolloutPlan } from '../../domain/flags/plan.ts';
import { callable } from '../release/race.ts';
import { mayNotSteer, receiveOrders } from './orders.ts';
import type { Orders } from './orders.ts';
import type { Questions } from '../people/questions.ts';
import type { StatusKeeper } from '../release/status.ts';

export type Steering = ReturnType<typeof openSteering>;

/** Lets operators say how a rollout goes on. */
export function openSteering(status: StatusKeeper, questions: Questions) {
  const orders: Orders = { held: false, advanced: false };
  const interruptible = callable();
  const raises = callable();
  receiveOrders(orders, { status, questions }, () => {
    interruptible.callOff();
    if (orders.held) raises.callOff();
  });

  return {
    /** From now on messages are judged by this plan. */
    open(agreed: RolloutPlan): void {
      orders.plan = agreed;
    },
    /** From now on it is known from where one would jump. */
    follow(current: () => FlagSetting): void {
      orders.setting = current;
    },
    refusal: (given: { readonly by: string }) => mayNotSteer(orders, given),

    isHeld: () => orders.held,
    /** Slipway itself holds the rollout, until an operator says how it goes on. */
    holdOn(): void {
      orders.held = true;
      orders.advanced = false;
    },
    awaitRelease: (): Promise<void> => condition(() => !orders.held),

    isAdvanced: () => orders.advanced,
    /** Whether somebody has cut the present step short; asking uses it up. */
    wasAdvanced(): boolean {
      const was = orders.advanced;
      orders.advanced = false;
      return was;
    },
    /** Where somebody wants to jump to, until it is reached. */
    target: () => orders.target,
    reach(...values: readonly FlagSetting[]): void {
      if (orders.target !== undefined && values.includes(orders.target)) orders.target = undefined;
    },

    isTested: () => orders.testedBy !== undefined,
    awaitTest: () => condition(() => orders.testedBy !== undefined),

    /** Runs a write until it ends, or somebody holds the rollout before it was sent: then the answer is undefined. */
    unlessHeld: <T>(body: () => Promise<T>): Promise<{ readonly value: T } | undefined> => raises.run(body),
    /** Runs `body` until it ends, or an operator speaks: then the answer is undefined. */
    unlessSteered: async <T>(body: () => Promise<T>): Promise<T | undefined> => (await interruptible.run(body))?.value,
  };
}
