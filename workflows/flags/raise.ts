import { shownSetting } from '../../domain/flags/setting.ts';
import type { FlagValue } from '../../domain/flags/setting.ts';
import type { Trouble } from '../../domain/flags/watch.ts';
import { codeOf } from './code.ts';
import type { Flag } from './flag.ts';
import { stranger } from './setback.ts';
import { holdUp, whileWell } from './watch.ts';
import { insist } from '../people/obligations.ts';
import { yourLogin } from '../../domain/people/person.ts';
import type { Rollout } from './rollout.ts';

/** `overruled`: what blocks the stage was to be overridden already. */
interface FlagRaise {
  readonly stage: string;
  readonly to: FlagValue;
  readonly overruled?: boolean;
}

/**
 * Sets the flag to what a stage is about, once nothing stands in the way.
 *
 * @returns whether that was done: not when somebody has said, or set, something else meanwhile, nor when the flag can't stay as it is
 */
export async function raiseFlag(rollout: Rollout, flag: Flag, { stage, to, overruled = false }: FlagRaise): Promise<boolean | Trouble> {
  const { plan, status } = rollout;
  const may = overruled || (await mayRaise(rollout, flag, stage));
  if (may !== true) return may;
  status.stage(stage, 'promoting');
  status.enter('promoting', { next: `set ${plan.flag} to ${shownSetting(to)} in ${flag.environment}` });
  const done = await rollout.steering.unlessHeld(() => flag.set(to));
  if (!done) return false;
  if (done.value === undefined) return true;
  await stranger(rollout, stage, flag, done.value);
  return false;
}

/**
 * Waits while the rollout is held, its environment frozen or without the code, or an incident open. A flag that is on is watched meanwhile.
 * @returns false when an operator has said something else meanwhile; or what is wrong with the flag as it is
 */
async function mayRaise(rollout: Rollout, flag: Flag, name: string): Promise<boolean | Trouble> {
  const { plan, status, steering, work, wakes, reporter } = rollout;
  const target = steering.target();
  const lost = steering.isHeld() ? await holdUp(rollout, flag, 'an operator holds it') : undefined;
  if (lost) return lost;
  if (steering.wasAdvanced()) return steering.target() === target;
  const { incidents, production } = plan.rules;
  const raise = { environment: flag.environment, ...(flag.environment === production.environment && { code: codeOf(plan), ...(incidents && { incidents }) }) };
  // What somebody says before it is known what stands in the way is not about that.
  status.enter('promoting', { next: `see whether ${plan.flag} may go up to ${name}` });
  const why = await insist(rollout, `the look at what hinders ${name}`, () => work.hindrance(raise, `look what hinders ${name}`));
  if (why !== undefined) {
    status.enter('blocked', {
      waitingFor: { what: `going up to ${name}: ${why}`, send: [{ message: 'advance', payload: { by: yourLogin, reason: 'why' } }] },
    });
    reporter.tell({ name: `blocked-${name}`, line: `does not go up to ${name}: ${why}` });
    const unhindered = () => wakes.wakeable(() => work.unhindered(raise, `look what hinders ${name}`));
    const seen = await insist(rollout, `the look at what hinders ${name}`, () => steering.unlessSteered(() => whileWell(rollout, flag, unhindered)));
    if (seen) return seen;
    steering.wasAdvanced();
  }
  return !steering.isHeld() && steering.target() === target;
}
