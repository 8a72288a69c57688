import { z } from 'zod';
import { deferred } from '../text/deferred.ts';
import { person } from '../people/person.ts';
import { sentence } from '../text/short-text.ts';
import { flagValue } from './setting.ts';

/** What operators say to a rollout. `by` is a claim: see docs/security.md. What overrides a rule needs a reason. */
const by = person;
const reason = sentence;

export const overruling = deferred(() => z.strictObject({ by, reason }));
export const jumping = deferred(() => z.strictObject({ to: flagValue, by, reason }));
export const testing = deferred(() => z.strictObject({ by, note: sentence.optional() }));
/** `leave`: keep the flag as it is, instead of putting back what it was. */
export const rolloutAbortion = deferred(() => z.strictObject({ by, reason, leave: z.boolean().optional() }));

export type Overruling = z.output<typeof overruling>;
export type Jumping = z.output<typeof jumping>;
export type Testing = z.output<typeof testing>;
export type RolloutAbortion = z.output<typeof rolloutAbortion>;
