import { z } from 'zod';
import { deferred } from '../text/deferred.ts';
import { person } from './person.ts';
import { sha } from '../text/names.ts';
import { cut, oneLine, remark, sentence } from '../text/short-text.ts';

/** What `approve` and `reject` carry. Without a token `by` is a claim: see docs/security.md. */
export const vote = deferred(() => z.strictObject({
  stage: oneLine,
  by: person,
  sha: sha.optional(),
  reason: remark.optional(),
  token: z.string().max(4_096).regex(/^[\w-]+\.[\w-]+\.[\w-]+$/, 'must be a signed token: three parts with dots between them').optional(),
}));

/** What `abort` carries. */
export const abortion = deferred(() => z.strictObject({ by: person, reason: sentence }));

/** What `decide` carries: the answer to what the release asks at that moment. */
export const choice = deferred(() => z.strictObject({
  choice: oneLine,
  by: person,
  reason: sentence.optional(),
  stage: oneLine.optional(),
  sha: sha.optional(),
  release: oneLine.optional(),
}));

/** What `candidate` carries: a newer commit that the release should carry instead. */
export const offer = deferred(() => z.strictObject({ sha }));

/** What `pause` and `resume` carry. */
export const interval = deferred(() => z.strictObject({ by: person, reason: sentence.optional() }));

/** What `confirm` carries: which of the things that the release asks for, and a word, where it asks for one. */
export const confirmation = deferred(() => z.strictObject({ item: oneLine, by: person, text: remark.optional() }));

export type Confirmation = z.output<typeof confirmation>;
export type Interval = z.output<typeof interval>;
export type Vote = z.output<typeof vote>;
export type Choice = z.output<typeof choice>;
export type Offer = z.output<typeof offer>;
export type Abortion = z.output<typeof abortion>;
export type Verdict = 'approve' | 'reject';

/** A decision that was accepted, as `history` tells of it. */
export interface Decision {
  readonly message: string;
  readonly by: string;
  /** ISO 8601 */
  readonly at: string;
  readonly stage?: string;
  readonly reason?: string;
  /** Of a vote. Whether it is known that it was its voter's, and by what: a comment's URL, a token's id. */
  readonly assurance?: 'claimed' | 'verified';
  readonly evidence?: string;
}

/** A message that was not accepted, and why: nothing that somebody sent is lost. */
export interface Refusal {
  readonly message: string;
  readonly why: string;
  /** ISO 8601 */
  readonly at: string;
}

const mostRefusals = 50;
const longestRefusal = 1_000;
const mostDecisions = 500;

/** The last of them are kept. */
export function withRefusal(refused: readonly Refusal[], refusal: Refusal): readonly Refusal[] {
  return [...refused, { ...refusal, message: cut(refusal.message, 100), why: cut(refusal.why, longestRefusal) }].slice(-mostRefusals);
}

/** The last of them are kept: thousands of pauses must not outgrow what Temporal answers a query with. */
export function withDecision(decisions: readonly Decision[], decision: Decision): readonly Decision[] {
  return [...decisions, decision].slice(-mostDecisions);
}
