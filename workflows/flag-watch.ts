import { CancellationScope } from '@temporalio/workflow';
import type { FlagWatch } from '../activities/rollouts.ts';
import type { Finding, Trouble } from '../domain/flag-watch.ts';
import { spoken } from '../domain/duration.ts';
import { codeLost } from './flag-code.ts';
import { operatorsOf } from './rollout.ts';
import type { Rollout } from './rollout.ts';
import { permitted } from './permission.ts';

type WatchRules = Omit<FlagWatch, 'sampleMs' | 'flag'>;

/**
 * Watches a flag until it was healthy for long enough, something is wrong, or an operator cuts it short or jumps elsewhere. A hold
 * begins it anew.
 *
 * @returns what is wrong; undefined if the rollout may go on
 */
export async function watched(rollout: Rollout, stage: string, rules: WatchRules): Promise<Trouble | undefined> {
  const { status, steering } = rollout;
  for (;;) {
    status.stage(stage, 'soaking');
    status.enter('soaking', { waitingFor: { what: `${spoken(rules.soakMs)} of healthy ${rules.environment} at ${stage}` } });
    const finding = await permitted(rollout, () => steering.unlessSteered(() => found(rollout, stage, rules)));
    if (finding) return finding.kind === 'passed' ? undefined : finding;
    if (steering.isHeld()) await heldUntilReleased(rollout, 'an operator holds it');
    if (steering.wasAdvanced() || steering.target() !== undefined) return undefined;
  }
}

/** What is found first: by a look at the flag, or because a deployment has landed. */
async function found(rollout: Rollout, stage: string, rules: WatchRules): Promise<Finding> {
  const { plan, work } = rollout;
  const scope = new CancellationScope();
  const watching = scope.run(() =>
    work.sampling.watchFlag.executeWithOptions({ summary: `${rules.environment}: ${stage}` }, [{ ...rules, flag: plan.flag, sampleMs: plan.pace.sample }]),
  );
  if (!rules.code) return watching;
  try {
    return await Promise.race([watching, scope.run(() => codeLost(rollout))]).finally(() => scope.cancel());
  } catch (failure) {
    // An attempt that is in the air must not outlive the rollout.
    await watching.catch(() => undefined);
    throw failure;
  }
}

/** Shows why the rollout is held, and waits until an operator lets it go on. */
export async function heldUntilReleased(rollout: Rollout, why: string): Promise<void> {
  const [by] = operatorsOf(rollout);
  const override = { by: by!, reason: 'why' };
  rollout.status.enter('held', {
    waitingFor: {
      what: `a decision: ${why}`,
      whom: operatorsOf(rollout),
      send: [
        { message: 'resume', payload: { by: by! } },
        { message: 'advance', payload: override },
        { message: 'abort', payload: override },
      ],
    },
  });
  await rollout.steering.released();
}
