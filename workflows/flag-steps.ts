import type { Finding } from '../domain/flag-watch.ts';
import { jump, stepsAhead } from '../domain/rollout.ts';
import type { RolloutStep } from '../domain/rollout.ts';
import { stagingStage, stepName } from '../domain/rollout-plan.ts';
import { codeOf } from './flag-code.ts';
import type { Flag } from './flag.ts';
import { stranger, trouble } from './flag-setback.ts';
import { heldUntilReleased, watched } from './flag-watch.ts';
import { permitted } from './permission.ts';
import { operatorsOf } from './rollout.ts';
import type { Rollout } from './rollout.ts';
import { now } from './status.ts';

/** Tries the flag on staging: on, tested by a person, healthy for as long as the catalog asks. */
export async function triedOnStaging(rollout: Rollout, flag: Flag): Promise<void> {
  const { plan, status, steering, reporter } = rollout;
  const { soak: soakMs, health: checks, smoke, testers } = plan.rules.staging!;
  let since: string | undefined;
  for (;;) {
    if (!(await mayRaise(rollout, flag, stagingStage))) continue;
    status.stage(stagingStage, 'promoting');
    status.enter('promoting', { next: `turn ${plan.flag} on in ${flag.environment}` });
    const conflict = await flag.set(true);
    if (conflict !== undefined) {
      await stranger(rollout, stagingStage, flag, conflict);
      continue;
    }
    since ??= now();
    reporter.tell({ name: 'staging-on', line: `on in ${flag.environment}`, label: stagingStage });
    if (!steering.isTested()) {
      const whom = testers ?? operatorsOf(rollout);
      status.stage(stagingStage, 'approval');
      status.enter('testing', {
        waitingFor: { what: `a test of ${plan.flag} in ${flag.environment}`, whom, send: [{ message: 'tested', payload: { by: whom[0]!, note: 'what was tried' } }] },
      });
      reporter.tell({ name: 'staging-test', line: `${flag.environment} waits for a test`, urgent: true });
      await steering.testedBySomebody();
    }
    const seen = await watched(rollout, stagingStage, {
      environment: flag.environment,
      expected: flag.setting(),
      checks,
      soakMs,
      ...(smoke && { smoke: { ...smoke, since } }),
    });
    if (['passed', 'advanced', 'jumping'].includes(seen.kind)) break;
    await trouble(rollout, stagingStage, flag, seen as Exclude<Finding, { kind: 'passed' }>);
    if (steering.wasAdvanced()) break;
  }
  status.stage(stagingStage, 'done');
  reporter.tell({ name: 'staging-done', line: `healthy in ${flag.environment}` });
}

/** Takes the flag up through production's steps, whatever comes in between. */
export async function rolledOut(rollout: Rollout, flag: Flag): Promise<void> {
  const { plan, status, steering, reporter } = rollout;
  steering.follow(flag.setting);
  for (let step = next(rollout, flag); step; step = next(rollout, flag)) {
    const name = stepName(step);
    if (!(await mayRaise(rollout, flag, name))) continue;
    status.stage(name, 'promoting');
    status.enter('promoting', { next: `set ${plan.flag} to ${name} in ${flag.environment}` });
    const conflict = await flag.set(step.to);
    if (conflict !== undefined) {
      await stranger(rollout, name, flag, conflict);
      continue;
    }
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
    if (seen.kind === 'passed' || seen.kind === 'advanced') return status.stage(name, 'done');
    if (seen.kind === 'jumping') return status.stage(name, 'done');
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

/**
 * Waits while the rollout is held, its environment frozen or an incident open.
 * @returns false when an operator has said something else meanwhile
 */
async function mayRaise(rollout: Rollout, flag: Flag, name: string): Promise<boolean> {
  const { plan, status, steering, work, wakes, reporter } = rollout;
  const target = steering.target();
  if (steering.isHeld()) await heldUntilReleased(rollout, 'an operator holds it');
  if (steering.wasAdvanced()) return steering.target() === target;
  const isProduction = flag.environment === plan.rules.production.environment;
  const raise = { environment: flag.environment, ...(isProduction && plan.rules.incidents && { incidents: plan.rules.incidents }) };
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
