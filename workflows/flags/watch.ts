import type { FlagWatch } from '../../activities/flags/flag.ts';
import { exposure, shownSetting } from '../../domain/flags/setting.ts';
import type { WatchEnd, Trouble } from '../../domain/flags/watch.ts';
import type { Sendable } from '../../domain/release/status.ts';
import { firstOf } from '../release/race.ts';
import { spoken } from '../../domain/text/spoken.ts';
import { awaitLoss, codeOf } from './code.ts';
import type { Flag } from './flag.ts';
import { yourLogin } from '../../domain/people/person.ts';
import { operatorsOf } from './rollout.ts';
import type { Rollout } from './rollout.ts';
import { insist } from '../people/obligations.ts';

type WatchRules = Omit<FlagWatch, 'sampleMs' | 'flag'>;

/** What is watched of a flag in production, as it is now. */
export function productionWatch({ plan }: Rollout, flag: Flag): WatchRules {
  return { environment: flag.environment, expected: flag.setting(), checks: plan.rules.production.health, code: codeOf(plan) };
}

/**
 * Watches a flag until it was healthy for long enough, something is wrong, or an operator cuts it short or jumps elsewhere. A hold
 * begins it anew.
 *
 * @returns what is wrong; undefined if the rollout may go on
 */
export async function watchUntilWell(rollout: Rollout, stage: string, flag: Flag, rules: WatchRules & { readonly soakMs: number }): Promise<Trouble | undefined> {
  const { status, steering } = rollout;
  for (;;) {
    status.stage(stage, 'soaking');
    status.enter('soaking', { waitingFor: { what: `${spoken(rules.soakMs)} of healthy ${rules.environment} at ${stage}` } });
    const finding = await insist(rollout, `the watch of ${rules.environment}`, () => steering.unlessSteered(() => findFirst(rollout, stage, rules)));
    // An order that comes with the finding is about what has ended by then.
    if (finding) steering.wasAdvanced();
    if (finding) return finding.kind === 'passed' ? undefined : finding;
    const seen = steering.isHeld() ? await holdUp(rollout, flag, 'an operator holds it') : undefined;
    if (seen) return seen;
    // It also overrides what blocks the next step, which uses it up.
    if (steering.isAdvanced() || steering.target() !== undefined) return undefined;
  }
}

/** What is found first: by a look at the flag, or because a deployment has landed. */
async function findFirst(rollout: Rollout, stage: string, rules: WatchRules): Promise<WatchEnd> {
  const { plan, work } = rollout;
  const look = () => work.watchFlag({ ...rules, flag: plan.flag, sampleMs: plan.pace.sample }, `watch ${rules.environment}: ${stage}`);
  return rules.code ? firstOf(look, () => awaitLoss(rollout)) : look();
}

/**
 * Waits for `body`, which only looks; a flag that is on in production is watched meanwhile, by these checks.
 * @returns what is wrong with the flag, if that is found first
 */
export async function whileWell(rollout: Rollout, flag: Flag, body: () => Promise<void>, changes: Pick<Partial<WatchRules>, 'checks'> = {}): Promise<Trouble | undefined> {
  const setting = flag.setting();
  const isOn = flag.environment === rollout.plan.rules.production.environment && exposure(setting) > 0;
  const finding = await (isOn ? firstOf(body, () => findFirst(rollout, shownSetting(setting), { ...productionWatch(rollout, flag), ...changes })) : body());
  return finding && finding.kind !== 'passed' ? finding : undefined;
}

/**
 * Shows why the rollout is held, and waits until an operator lets it go on. Its health is for people to judge by then.
 * @param flag which must stay as it is, and its code deployed; not one that is not ours any more
 * @returns what is wrong with the flag, if that is found first
 */
export async function holdUp(rollout: Rollout, flag: Flag | undefined, why: string, { advance = true }: { readonly advance?: boolean } = {}): Promise<Trouble | undefined> {
  const { status, steering } = rollout;
  status.enter('held', {
    waitingFor: {
      what: `a decision: ${why}`,
      whom: operatorsOf(rollout),
      send: waysOn({ advance }),
    },
  });
  if (flag) return insist(rollout, `the watch of ${flag.environment}`, () => whileWell(rollout, flag, steering.awaitRelease, { checks: [] }));
  await steering.awaitRelease();
  return undefined;
}

/** How operators may go on with a rollout that is held. */
export function waysOn({ advance }: { readonly advance: boolean }): readonly Sendable[] {
  const because = { by: yourLogin, reason: 'why' };
  return [{ message: 'resume', payload: { by: yourLogin } }, ...(advance ? [{ message: 'advance', payload: because }] : []), { message: 'abort', payload: because }];
}
