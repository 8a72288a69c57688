import { exposure, raises, shownSetting } from './setting.ts';
import type { FlagSetting, FlagValue } from './setting.ts';
import { soakMsAt } from '../stages/exposure.ts';
import type { SoakRule } from '../stages/exposure.ts';
import type { Parsed } from '../text/input.ts';

/** One write of a rollout, and how long the flag is watched after it. */
export interface RolloutStep {
  readonly to: FlagValue;
  readonly soakMs: number;
}

const hourMs = 3_600_000;

export const defaultPercentages = [5, 25, 50, 100] as const;

export const defaultSoak = { kind: 'exposure', percentHours: 10, minMs: 5 * 60_000, maxMs: 24 * hourMs } as const satisfies SoakRule;

/** The steps of a rollout, upwards: each percentage, 100 if it is not among them, and `true` as a write of its own. */
export function planRollout({ percentages, soak }: { readonly percentages: readonly number[]; readonly soak: SoakRule }): readonly RolloutStep[] {
  const upwards = [...new Set([...percentages, 100])].toSorted((a, b) => a - b);
  return [...upwards, true].map((to) => ({ to, soakMs: soakMs(soak, to) }));
}

/** Milliseconds for which a flag is watched at this value; 0 where nobody sees it. */
export function soakMs(rule: SoakRule, value: FlagSetting): number {
  return soakMsAt(exposure(value), rule);
}

/** The steps that are still ahead of a flag that is set to `setting`: a rollout that starts at 25 % does not go back to 5. */
export function stepsAhead(steps: readonly RolloutStep[], setting: FlagSetting): readonly RolloutStep[] {
  return steps.filter(({ to }) => raises(setting, to));
}

/**
 * What to write, in order, to jump from a setting to a later step. `true` is never written before 100 was: they are two decisions
 * of the flag service.
 */
export function jump(steps: readonly RolloutStep[], from: FlagSetting, to: FlagValue): Parsed<readonly RolloutStep[]> {
  const ahead = stepsAhead(steps, from);
  const target = ahead.find((step) => step.to === to);
  if (!target) {
    const later = ahead.map((step) => JSON.stringify(step.to)).join(', ') || 'none';
    return { kind: 'invalid', message: `can't jump from ${shownSetting(from)} to ${shownSetting(to)}. Later steps: ${later}` };
  }
  return { kind: 'valid', value: to === true ? ahead.filter((step) => exposure(step.to) === 100) : [target] };
}

/** What to do with a flag whose step is not healthy: leave it there, take it one step back, or turn it off. */
export const fallbackPolicies = ['hold', 'stepBack', 'off'] as const;

/**
 * What to write when a step fails; undefined where the policy is to write nothing. A step back is to the last step that fewer
 * actors see (from `true` to 50, not to 100), and to off from the first.
 */
export function fallback(policy: (typeof fallbackPolicies)[number], steps: readonly RolloutStep[], at: FlagSetting): FlagValue | undefined {
  if (policy === 'hold' || exposure(at) === 0) return undefined;
  if (policy === 'off') return false;
  return steps.findLast(({ to }) => exposure(to) < exposure(at))?.to ?? false;
}
