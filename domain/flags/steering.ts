import { z } from 'zod';
import { person } from '../people/person.ts';
import { sentence } from '../text/short-text.ts';
import { flagValue } from './setting.ts';

/** What operators say to a rollout. `by` is a claim: see docs/security.md. What overrides a rule needs a reason. */
const by = person;
const reason = sentence;

export const overruling = z.strictObject({ by, reason });
export const jumping = z.strictObject({ to: flagValue, by, reason });
export const testing = z.strictObject({ by, note: sentence.optional() });
/** `leave`: keep the flag as it is, instead of putting back what it was. */
export const rolloutAbortion = z.strictObject({ by, reason, leave: z.boolean().optional() });

export type Overruling = z.output<typeof overruling>;
export type Jumping = z.output<typeof jumping>;
export type Testing = z.output<typeof testing>;
export type RolloutAbortion = z.output<typeof rolloutAbortion>;
