import { z } from 'zod';
import { deferred } from '../text/deferred.ts';
import { person } from '../people/person.ts';
import { oneLine, sentence } from '../text/short-text.ts';
import { flagValue } from './setting.ts';
import type { FlagSetting } from './setting.ts';
import type { Sendable } from '../release/status.ts';

/** What is asked of, or wanted from, flags outside of a rollout: like `feature list`, `get` and `set` in a chat. */
export const flagRequest = deferred(() => z
  .strictObject({
    component: oneLine,
    environment: oneLine,
    /** One flag; all of the component's flags that match, if none is named. */
    flag: oneLine.optional(),
    match: oneLine.optional(),
    set: flagValue.optional(),
    by: person.optional(),
    reason: sentence.optional(),
    /** Raises it although its environment is frozen, or an incident is open. */
    override: z.boolean().optional(),
  })
  .superRefine(({ flag, match, set, by, reason, override }, context) => {
    const missing = (path: string, why: string) => context.addIssue({ code: 'custom', path: [path], message: why });
    if (flag !== undefined && match !== undefined) missing('match', 'must not be given together with "flag"');
    if (set !== undefined && flag === undefined) missing('flag', 'must say which flag to set');
    if (set !== undefined && by === undefined) missing('by', 'must say who sets it');
    if (override && reason === undefined) missing('reason', 'must say why it overrides');
  }));

export type FlagRequest = z.output<typeof flagRequest>;

export const flagRequestExample = { component: 'gitaly', environment: 'production', match: 'delete' } satisfies FlagRequest;

export interface NamedFlag {
  readonly name: string;
  readonly setting: FlagSetting | 'custom';
  /** What makes it custom. */
  readonly gates?: readonly string[];
}

/** The answer to a request. */
export type FlagAnswer =
  | { readonly kind: 'flags'; readonly environment: string; readonly flags: readonly NamedFlag[] }
  | { readonly kind: 'flagSet'; readonly environment: string; readonly flag: string; readonly from: FlagSetting; readonly to: FlagSetting; /** Where it could not be told, nor recorded. */ readonly untold?: readonly string[] }
  | { readonly kind: 'flagRefused'; readonly environment: string; readonly flag: string; readonly why: string }
  /** Whoever sets it meanwhile would stop its rollout: what to send to that instead. */
  | { readonly kind: 'rollingOut'; readonly environment: string; readonly flag: string; readonly rollout: string; readonly send: readonly Sendable[] };
