import { jump, stepsAhead } from '../domain/rollout.ts';
import type { RolloutStep } from '../domain/rollout.ts';
import { stagingStage, stepName } from '../domain/rollout-plan.ts';
import { codeOf } from './flag-code.ts';
import type { Flag } from './flag.ts';
import { raised } from './flag-raise.ts';
import { trouble } from './flag-setback.ts';
import { watched } from './flag-watch.ts';
import { operatorsOf } from './rollout.ts';
import type { Rollout } from './rollout.ts';
import { now } from './status.ts';

/** Tries the flag on staging: on, tested by a person, healthy for as long as the catalog asks. */
export async function triedOnStaging(rollout: Rollout, flag: Flag): Promise<void> {
  const { plan, status, steering, reporter } = rollout;
  const { soak: soakMs, health: checks, smoke } = plan.rules.staging!;
  let since: string | undefined;
  for (;;) {
    if (!(await raised(rollout, flag, { stage: stagingStage, to: true }))) continue;
    since ??= now();
    reporter.tell({ name: 'staging-on', line: `on in ${flag.environment}`, label: stagingStage });
    if (!steering.isTested()) await testedBySomebody(rollout, flag);
    const seen = await watched(rollout, stagingStage, {
      environment: flag.environment,
      expected: flag.setting(),
      checks,
      soakMs,
      ...(smoke && { smoke: { ...smoke, since } }),
    });
    if (!seen) break;
    await trouble(rollout, stagingStage, flag, seen);
    if (steering.wasAdvanced()) break;
  }
  status.stage(stagingStage, 'done');
  reporter.tell({ name: 'staging-done', line: `healthy in ${flag.environment}` });
}

async function testedBySomebody(rollout: Rollout, { environment }: Flag): Promise<void> {
  const { plan, status, steering, reporter } = rollout;
  const whom = plan.rules.staging?.testers ?? operatorsOf(rollout);
  status.stage(stagingStage, 'approval');
  status.enter('testing', {
    waitingFor: { what: `a test of ${plan.flag} in ${environment}`, whom, send: [{ message: 'tested', payload: { by: whom[0]!, note: 'what was tried' } }] },
  });
  reporter.tell({ name: 'staging-test', line: `${environment} waits for a test`, urgent: true });
  await steering.testedBySomebody();
}

/** Takes the flag up through production's steps, whatever comes in between. */
export async function rolledOut(rollout: Rollout, flag: Flag): Promise<void> {
  const { status, steering, reporter } = rollout;
  steering.follow(flag.setting);
  for (let step = next(rollout, flag); step; step = next(rollout, flag)) {
    const name = stepName(step);
    if (!(await raised(rollout, flag, { stage: name, to: step.to }))) continue;
    steering.reached(step.to);
    reporter.tell({ name: `production-${name}`, line: `${name} in ${flag.environment}`, label: flag.environment });
    // On the way to where somebody jumps, nothing is waited for.
    if (steering.target() === undefined) await stepWatched(rollout, flag, step);
    else status.stage(name, 'done');
  }
}

/** Watches a step until it has passed, or was left for another one. */
async function stepWatched(rollout: Rollout, flag: Flag, { to, soakMs }: RolloutStep): Promise<void> {
  const { plan, status, steering } = rollout;
  const name = stepName({ to });
  for (;;) {
    const at = flag.setting();
    const seen = await watched(rollout, name, {
      environment: flag.environment,
      expected: at,
      checks: plan.rules.production.health,
      soakMs,
      code: codeOf(plan),
    });
    if (!seen) return status.stage(name, 'done');
    await trouble(rollout, name, flag, seen);
    if (steering.wasAdvanced()) return status.stage(name, 'done');
    if (steering.target() !== undefined || flag.setting() !== at) return;
  }
}

/** What is written next: the next step, or the way to where somebody jumps. */
function next({ plan, steering }: Rollout, flag: Flag): RolloutStep | undefined {
  const target = steering.target();
  if (target === undefined) return stepsAhead(plan.steps, flag.setting())[0];
  const path = jump(plan.steps, flag.setting(), target);
  if (path.kind === 'valid') return path.value[0];
  steering.reached(target);
  return stepsAhead(plan.steps, flag.setting())[0];
}
