import { shownSetting } from './setting.ts';
import type { FlagSetting } from './setting.ts';

/** How a feature flag rollout ends, if it gets to its end. */
export type RolloutOutcome =
  | {
      readonly kind: 'rolledOut';
      readonly flag: string;
      readonly environment: string;
      /** What the flag was before, and each value that it was set to since. */
      readonly before: FlagSetting;
      readonly written: readonly FlagSetting[];
      /** The issue that asks for the flag's removal. */
      readonly removal: string;
    }
  /** The flag is on for everybody already: nothing was written. */
  | { readonly kind: 'alreadyOn'; readonly flag: string; readonly environment: string };

/** An outcome as one line for people. */
export function toldRollout(outcome: RolloutOutcome): string {
  const { flag, environment } = outcome;
  if (outcome.kind === 'alreadyOn') return `${flag} is on in ${environment} already`;
  const path = [outcome.before, ...outcome.written].map(shownSetting).join(' → ');
  return `${flag} is on in ${environment} (${path}); its removal is asked for in ${outcome.removal}`;
}
