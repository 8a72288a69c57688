import { shownSetting } from '../domain/flag.ts';
import type { FlagValue } from '../domain/flag.ts';
import { codeOf } from './flag-code.ts';
import type { Flag } from './flag.ts';
import { stranger } from './flag-setback.ts';
import { heldUntilReleased } from './flag-watch.ts';
import { permitted } from './permission.ts';
import { operatorsOf } from './rollout.ts';
import type { Rollout } from './rollout.ts';

/**
 * Sets the flag to what a stage is about, once nothing stands in the way.
 *
 * @returns false when somebody has said, or set, something else meanwhile
 */
export async function raised(rollout: Rollout, flag: Flag, { stage, to }: { readonly stage: string; readonly to: FlagValue }): Promise<boolean> {
  const { plan, status } = rollout;
  if (!(await mayRaise(rollout, flag, stage))) return false;
  status.stage(stage, 'promoting');
  status.enter('promoting', { next: `set ${plan.flag} to ${shownSetting(to)} in ${flag.environment}` });
  const conflict = await flag.set(to);
  if (conflict === undefined) return true;
  await stranger(rollout, stage, flag, conflict);
  return false;
}

/**
 * Waits while the rollout is held, its environment frozen or without the code, or an incident open.
 * @returns false when an operator has said something else meanwhile
 */
async function mayRaise(rollout: Rollout, flag: Flag, name: string): Promise<boolean> {
  const { plan, status, steering, work, wakes, reporter } = rollout;
  const target = steering.target();
  if (steering.isHeld()) await heldUntilReleased(rollout, 'an operator holds it');
  if (steering.wasAdvanced()) return steering.target() === target;
  const { incidents, production } = plan.rules;
  const raise = { environment: flag.environment, ...(flag.environment === production.environment && { code: codeOf(plan), ...(incidents && { incidents }) }) };
  const why = await permitted(rollout, () => work.writing.hindrance.executeWithOptions({ summary: name }, [raise]));
  if (why !== undefined) {
    const [by] = operatorsOf(rollout);
    status.enter('blocked', {
      waitingFor: { what: `going up to ${name}: ${why}`, send: [{ message: 'advance', payload: { by: by!, reason: 'why' } }] },
    });
    reporter.tell({ name: `blocked-${name}`, line: `does not go up to ${name}: ${why}` });
    await permitted(rollout, () => steering.unlessSteered(() => wakes.wakeable(() => work.polling.unhindered.executeWithOptions({ summary: name }, [raise]))));
    if (steering.isHeld()) return false;
    steering.wasAdvanced();
  }
  return steering.target() === target;
}
