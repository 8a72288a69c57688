import { parseFlagName, raises } from '../../domain/flags/setting.ts';
import type { FlagSetting, FlagValue } from '../../domain/flags/setting.ts';
import type { FlagAnswer, FlagRequest, NamedFlag } from '../../domain/flags/desk-request.ts';
import type { FlagRules } from '../../domain/flags/rules.ts';
import { rolloutId } from '../../domain/flags/plan.ts';
import type { Sendable } from '../../domain/release/status.ts';
import { isSamePerson } from '../../domain/people/person.ts';
import type { FlaggedComponent } from '../../ports/catalog/entries.ts';
import { environmentIn, flaggedIn } from '../../ports/catalog/entries.ts';
import { neverRetry } from '../../ports/failures.ts';
import type { FoundFlag } from '../../ports/flags/backend.ts';
import { createHindrances } from './hindrances.ts';
import type { Ports } from '../../ports/ports.ts';
import { createRollouts } from './flag.ts';
import type { RolloutPorts } from './flag.ts';

export type Setting = Pick<FlagRequest, 'component' | 'environment' | 'override'> & { readonly flag: string; readonly to: FlagValue; readonly by: string };

/** What is then to be written to it: what it was is known before, because a write may have to be tried again. */
export interface FlagToSet {
  readonly kind: 'maySet';
  readonly environment: string;
  readonly flag: string;
  readonly from: FlagSetting;
  /** Where people hear of it. */
  readonly channel?: string;
}

/** Flags outside of a rollout, with a rollout's guards: the component's prefix, no gates, no raise in a freeze or an incident. */
export function createFlagDesk(ports: RolloutPorts & Pick<Ports, 'releases'>) {
  const { catalog, flags, releases } = ports;
  const { hindrance } = createHindrances(ports);
  const { readFlag } = createRollouts(ports);

  /** @throws `InvalidInput` for a component, environment or flag that is none */
  async function lookUpFlags({ component, environment, flag, match = '' }: FlagRequest): Promise<FlagAnswer> {
    const { prefix } = await rulesFor(component, environment);
    if (flag === undefined) {
      const all = await flags(environment).list(match);
      return { kind: 'flags', environment, flags: all.filter(({ name }) => name.startsWith(prefix)).map(named) };
    }
    const name = nameOf(flag, prefix);
    return { kind: 'flags', environment, flags: [named({ name, reading: await flags(environment).read(name) })] };
  }

  /** Whether a flag may be set: one that no rollout has in hand. @throws `InvalidInput`, `Conflict` */
  async function judgeSetting({ component, environment, flag: given, to, by, override }: Setting): Promise<FlagAnswer | FlagToSet> {
    const { flags: { prefix, incidents, operators }, chat } = await componentFor(component, environment);
    const flag = nameOf(given, prefix);
    const rollout = rolloutId({ component, flag });
    if (await releases.isRunning(rollout)) return { kind: 'rollingOut', environment, flag, rollout, send: insteadOf(to, by) };
    if (operators && !operators.some((operator) => isSamePerson(operator, by))) {
      return { kind: 'flagRefused', environment, flag, why: `"${by}" may not set flags of ${component}. Its operators: ${operators.join(', ')}` };
    }
    const from: FlagSetting = await readFlag({ environment, flag });
    const why = raises(from, to) && !override ? await hindrance({ environment, ...(incidents && { incidents }) }) : undefined;
    if (why !== undefined) return { kind: 'flagRefused', environment, flag, why };
    return { kind: 'maySet', environment, flag, from, ...(chat && { channel: chat.team }) };
  }

  async function rulesFor(component: string, environment: string): Promise<FlagRules> {
    return (await componentFor(component, environment)).flags;
  }

  async function componentFor(component: string, environment: string): Promise<FlaggedComponent> {
    const read = await catalog.read();
    environmentIn(read, environment);
    return flaggedIn(read, component);
  }

  return { lookUpFlags, judgeSetting };
}

function insteadOf(to: FlagValue, by: string): readonly Sendable[] {
  const because = { by, reason: 'why' };
  return [
    ...(to === false ? [] : [{ message: 'jump', payload: { to, ...because } }]),
    { message: 'hold', payload: because },
    { message: 'abort', payload: because },
  ];
}

function nameOf(flag: string, prefix: string): string {
  const parsed = parseFlagName(flag, prefix);
  if (parsed.kind === 'invalid') throw neverRetry('InvalidInput', parsed.message);
  return parsed.value;
}

function named({ name, reading }: FoundFlag): NamedFlag {
  return reading.kind === 'plain' ? { name, setting: reading.setting } : { name, setting: 'custom', gates: reading.gates };
}
