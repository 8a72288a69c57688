import { shortSha } from '../../domain/code/commit.ts';
import { shownSetting } from '../../domain/flags/setting.ts';
import type { FlagSetting } from '../../domain/flags/setting.ts';
import type { Trouble } from '../../domain/flags/watch.ts';
import { fallback } from '../../domain/flags/steps.ts';
import { stagingStage } from '../../domain/flags/plan.ts';
import type { RolloutPlan } from '../../domain/flags/plan.ts';
import { awaitCode } from './code.ts';
import type { Flag } from './flag.ts';
import { holdUp, waysOn } from './watch.ts';
import type { Rollout } from './rollout.ts';

/**
 * A step is not as it should be: does with the flag what the policy says, tells people, and waits for an operator.
 * @returns whether they go on with the flag as it is nevertheless
 */
export async function trouble(rollout: Rollout, stage: string, flag: Flag, seen: Trouble): Promise<boolean> {
  const { plan, status, steering } = rollout;
  if (seen.kind === 'changed') return stranger(rollout, stage, flag, `${plan.flag} in ${flag.environment} was set to ${seen.to} by somebody else`);
  status.stage(stage, 'failed');
  const why = seen.kind === 'unhealthy' ? seen.reason : `${flag.environment} was rolled back to ${seen.to ? shortSha(seen.to) : 'something unknown'}, which lacks ${shortSha(plan.commit)}`;
  const lower = seen.kind === 'unhealthy' ? fallback(policyFor(plan, stage), plan.steps, flag.setting()) : rolledBackTo(plan, flag.setting());
  if (lower !== undefined) status.enter('rollingBack', { next: `set ${plan.flag} to ${shownSetting(lower)} in ${flag.environment}` });
  const conflict = lower === undefined ? undefined : await flag.set(lower);
  if (conflict !== undefined) return stranger(rollout, stage, flag, `${why}; ${conflict}`);
  const done = lower === undefined ? `left at ${shownSetting(flag.setting())}` : `taken back to ${shownSetting(lower)}`;
  const more = await stopRollout(rollout, { stage, flag, why: `${why}; ${done}`, watching: seen.kind === 'unhealthy', advance: lower === undefined });
  if (more) return trouble(rollout, stage, flag, more);
  const advanced = steering.wasAdvanced();
  if (seen.kind === 'rolledBack' && !advanced) await awaitCode(rollout);
  return advanced && lower === undefined;
}

/** Somebody else has set the flag: it is left alone, and adopted as it then is when an operator lets the rollout go on. */
export async function stranger(rollout: Rollout, stage: string, flag: Flag, why: string): Promise<boolean> {
  rollout.status.stage(stage, 'failed');
  const at = flag.setting();
  for (let conflict: string | undefined = why; conflict !== undefined; conflict = await flag.adopt()) {
    await stopRollout(rollout, { stage, flag, why: conflict, watching: false, advance: false });
  }
  return rollout.steering.wasAdvanced() && flag.setting() === at;
}

interface Hold {
  readonly stage: string;
  readonly flag: Flag;
  readonly why: string;
  /** Whether the flag must stay as it is, and its code deployed. */
  readonly watching: boolean;
  /** Whether `advance` would lead anywhere that `resume` doesn't. */
  readonly advance: boolean;
}

async function stopRollout(rollout: Rollout, { stage, flag, why, watching, advance }: Hold): Promise<Trouble | undefined> {
  const { steering, reporter } = rollout;
  steering.holdOn();
  reporter.tell({ name: 'stopped', line: `stopped: ${why}`, label: 'stopped', urgent: true, wanted: { whom: rollout.plan.rules.operators ?? [], send: waysOn({ advance }) } });
  const seen = await holdUp(rollout, watching ? flag : undefined, why, { advance });
  if (!seen) reporter.tell({ name: 'resumed', line: 'goes on', label: stage === stagingStage ? stagingStage : flag.environment });
  return seen;
}

function policyFor(plan: RolloutPlan, stage: string) {
  return stage === stagingStage ? 'hold' : plan.rules.production.whenUnhealthy;
}

function rolledBackTo(plan: RolloutPlan, at: FlagSetting): false | undefined {
  return plan.rules.production.whenRolledBack === 'off' && at !== false ? false : undefined;
}
