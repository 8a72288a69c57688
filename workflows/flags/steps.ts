import { shownSetting } from '../../domain/flags/setting.ts';
import type { Trouble } from '../../domain/flags/watch.ts';
import { jump, soakMs, stepsAhead } from '../../domain/flags/steps.ts';
import type { RolloutStep } from '../../domain/flags/steps.ts';
import { stagingStage, stepName } from '../../domain/flags/plan.ts';
import type { Flag } from './flag.ts';
import { raiseFlag } from './raise.ts';
import { trouble } from './setback.ts';
import { productionWatch, watchUntilWell } from './watch.ts';
import { operatorsOf } from './rollout.ts';
import type { Rollout } from './rollout.ts';
import { yourLogin } from '../../domain/people/person.ts';
import { now } from '../release/status.ts';

/** Tries the flag on staging: on, tested by a person, healthy for as long as the catalog asks. */
export async function tryOnStaging(rollout: Rollout, flag: Flag): Promise<void> {
  const { plan, status, steering, reporter } = rollout;
  const { soak: soakMs, health: checks, smoke } = plan.rules.staging!;
  let since: string | undefined;
  for (;;) {
    if ((await raiseFlag(rollout, flag, { stage: stagingStage, to: true })) !== true) continue;
    since ??= now();
    reporter.tell({ name: 'staging-on', line: `on in ${flag.environment}`, label: stagingStage });
    if (!steering.isTested()) await awaitTest(rollout, flag);
    const seen = await watchUntilWell(rollout, stagingStage, flag, {
      environment: flag.environment,
      expected: flag.setting(),
      checks,
      soakMs,
      ...(smoke && { smoke: { ...smoke, since } }),
    });
    if (!seen || (await trouble(rollout, stagingStage, flag, seen))) break;
  }
  status.stage(stagingStage, 'done');
  reporter.tell({ name: 'staging-done', line: `healthy in ${flag.environment}` });
}

async function awaitTest(rollout: Rollout, { environment }: Flag): Promise<void> {
  const { plan, status, steering, reporter } = rollout;
  const whom = plan.rules.staging?.testers ?? operatorsOf(rollout);
  status.stage(stagingStage, 'approval');
  const send = [{ message: 'tested', payload: { by: yourLogin, note: 'what was tried' } }];
  status.enter('testing', { waitingFor: { what: `a test of ${plan.flag} in ${environment}`, whom, send } });
  reporter.tell({ name: 'staging-test', line: `${environment} waits for a test`, urgent: true, wanted: { whom: plan.rules.staging?.testers ?? plan.rules.operators ?? [], send } });
  await steering.awaitTest();
}

/** Takes the flag up through production's steps, whatever comes in between. */
export async function rollOut(rollout: Rollout, flag: Flag): Promise<void> {
  const { status, steering, reporter } = rollout;
  steering.follow(flag.setting);
  let overruled = false;
  for (let step = next(rollout, flag); step; step = next(rollout, flag)) {
    const name = stepName(step);
    const done = await raiseFlag(rollout, flag, { stage: name, to: step.to, overruled });
    overruled = typeof done === 'object' && (await watchStep(rollout, flag, present(rollout, flag), done));
    if (done !== true) continue;
    // Some services make `true` of 100.
    steering.reach(step.to, flag.setting());
    reporter.tell({ name: `production-${name}`, line: `${name} in ${flag.environment}`, label: flag.environment });
    // On the way to where somebody jumps, nothing is waited for.
    if (steering.target() === undefined) await watchStep(rollout, flag, { name, soakMs: step.soakMs });
    else status.stage(name, 'skipped');
  }
  markPassed(rollout, flag);
}

/** What the flag went by: steps that were jumped over, or below where it began; and `true`, where a service makes that of 100. */
function markPassed({ plan, status }: Rollout, flag: Flag): void {
  const isDone = (step: RolloutStep) => status.get().stages.some(({ name, mark }) => name === stepName(step) && mark === 'done');
  for (const step of plan.steps) if (!isDone(step)) status.stage(stepName(step), step.to === flag.setting() ? 'done' : 'skipped');
}

/** How a flag is watched where it is. */
function present({ plan }: Rollout, flag: Flag): { readonly name: string; readonly soakMs: number } {
  const at = flag.setting();
  return { name: shownSetting(at), soakMs: soakMs(plan.rules.production.soak, at) };
}

/**
 * Watches a step until it has passed, or was left for another one.
 * @param found what is wrong with it already
 * @returns whether an operator goes on although something is wrong
 */
async function watchStep(rollout: Rollout, flag: Flag, { name, soakMs: forMs }: ReturnType<typeof present>, found?: Trouble): Promise<boolean> {
  const { status, steering } = rollout;
  const at = flag.setting();
  for (let seen = found; ; seen = undefined) {
    seen ??= await watchUntilWell(rollout, name, flag, { ...productionWatch(rollout, flag), soakMs: forMs });
    const overruled = seen !== undefined && (await trouble(rollout, name, flag, seen));
    if (!seen || overruled) {
      status.stage(name, 'done');
      return overruled;
    }
    if (steering.target() !== undefined || flag.setting() !== at) return false;
  }
}

/** What is written next: the next step, or the way to where somebody jumps. */
function next({ plan, steering }: Rollout, flag: Flag): RolloutStep | undefined {
  const target = steering.target();
  if (target === undefined) return stepsAhead(plan.steps, flag.setting())[0];
  const path = jump(plan.steps, flag.setting(), target);
  if (path.kind === 'valid') return path.value[0];
  steering.reach(target);
  return stepsAhead(plan.steps, flag.setting())[0];
}
