import { z } from 'zod';
import { deferred } from '../text/deferred.ts';
import type { Parsed } from '../text/input.ts';

const allowed = 'must be true, false or an integer from 1 to 100 (percent of actors)';

/**
 * What a feature flag is set to: off, on for a percentage of actors, or on for everybody. `100` and `true` are two values: at
 * 100 the flag service still decides actor by actor.
 */
export const flagValue = deferred(() => z.union([z.boolean(), z.int(allowed).min(1, allowed).max(100, allowed)], allowed));

export type FlagValue = z.output<typeof flagValue>;

/** Of actors, in the order in which a flag is raised to them. */
export const percentages = deferred(() => z
  .array(z.int().min(1).max(100))
  .min(1)
  .refine((steps) => steps.every((step, index) => index === 0 || step > steps[index - 1]!), 'must rise'));

/** What a flag service has for a flag. `unset`: nobody has decided, the default in the component's code holds (off, before a rollout). */
export type FlagSetting = FlagValue | 'unset';

/** The percentage of actors that a flag is on for: 0 to 100. */
export function exposure(setting: FlagSetting): number {
  if (setting === true) return 100;
  return typeof setting === 'number' ? setting : 0;
}

/** Whether going from one setting to another lets more actors in, or takes the last step from 100 to `true`. */
export function raises(from: FlagSetting, to: FlagSetting): boolean {
  return rank(to) > rank(from);
}

function rank(setting: FlagSetting): number {
  return setting === true ? 101 : exposure(setting);
}

/** "25 %", "on", "off", "unset" */
export function shownSetting(setting: FlagSetting): string {
  if (setting === 'unset') return 'unset';
  if (typeof setting === 'number') return `${setting} %`;
  return setting ? 'on' : 'off';
}

const plainName = /^[a-z][a-z0-9_]*$/;

/** Flags are named `<prefix><name>`, so that their component is told by their name. The message of a refusal has the right name. */
export function parseFlagName(given: string, prefix: string): Parsed<string> {
  const name = given.trim();
  if (plainName.test(name) && name.startsWith(prefix) && name.length > prefix.length) return { kind: 'valid', value: name };
  const rule = `a flag's name is "${prefix}" and then lower-case letters, digits and underscores`;
  const meant = nearestFlagName(name, prefix);
  return { kind: 'invalid', message: `"${given}" is no flag of this component: ${rule}.${meant ? ` Did you mean "${meant}"?` : ''}` };
}

function nearestFlagName(given: string, prefix: string): string | undefined {
  const plain = given.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_').replaceAll(/^_+|_+$/g, '');
  const bare = plain.startsWith(prefix) ? plain.slice(prefix.length) : plain;
  return bare === '' || `${bare}_` === prefix ? undefined : `${prefix}${bare}`;
}
