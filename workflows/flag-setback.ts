import { shortSha } from '../domain/candidate.ts';
import { shownSetting } from '../domain/flag.ts';
import type { FlagSetting } from '../domain/flag.ts';
import type { Trouble } from '../domain/flag-watch.ts';
import { fallback } from '../domain/rollout.ts';
import { stagingStage } from '../domain/rollout-plan.ts';
import type { RolloutPlan } from '../domain/rollout-plan.ts';
import { codeDeployed } from './flag-code.ts';
import type { Flag } from './flag.ts';
import { heldUntilReleased } from './flag-watch.ts';
import type { Rollout } from './rollout.ts';

/** A step is not as it should be: does with the flag what the policy says, tells people, and waits for an operator. */
export async function trouble(rollout: Rollout, stage: string, flag: Flag, seen: Trouble): Promise<void> {
  const { plan, status } = rollout;
  if (seen.kind === 'changed') return stranger(rollout, stage, flag, `${plan.flag} in ${flag.environment} was set to ${seen.to} by somebody else`);
  status.stage(stage, 'failed');
  const why = seen.kind === 'unhealthy' ? seen.reason : `${flag.environment} was rolled back to ${seen.to ? shortSha(seen.to) : 'something unknown'}, which lacks ${shortSha(plan.commit)}`;
  const lower = seen.kind === 'unhealthy' ? fallback(policyFor(plan, stage), plan.steps, flag.setting()) : rolledBackTo(plan, flag.setting());
  const conflict = lower === undefined ? undefined : await flag.set(lower);
  if (conflict !== undefined) return stranger(rollout, stage, flag, conflict);
  const done = lower === undefined ? `left at ${shownSetting(flag.setting())}` : `taken back to ${shownSetting(lower)}`;
  await stopped(rollout, `${why}; ${done}`);
  if (seen.kind === 'rolledBack') await codeDeployed(rollout);
}

/** Somebody else has set the flag: it is left alone, and adopted as it then is when an operator lets the rollout go on. */
export async function stranger(rollout: Rollout, stage: string, flag: Flag, why: string): Promise<void> {
  rollout.status.stage(stage, 'failed');
  await stopped(rollout, why);
  await flag.adopt();
}

async function stopped(rollout: Rollout, why: string): Promise<void> {
  const { steering, reporter } = rollout;
  steering.holdOn();
  reporter.tell({ name: 'stopped', line: `stopped: ${why}`, label: 'stopped', urgent: true });
  await heldUntilReleased(rollout, why);
}

function policyFor(plan: RolloutPlan, stage: string) {
  return stage === stagingStage ? 'hold' : plan.rules.production.whenUnhealthy;
}

function rolledBackTo(plan: RolloutPlan, at: FlagSetting): false | undefined {
  return plan.rules.production.whenRolledBack === 'off' && at !== false ? false : undefined;
}
