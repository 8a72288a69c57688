import { z } from 'zod';
import type { Sha } from '../code/commit.ts';
import { isSamePerson } from './person.ts';
import type { Verdict } from './decision.ts';
import { sha } from '../text/names.ts';

/** What a signed decision says, as claims of a JWT (RFC 7519). */
export const decisionClaims = z.object({
  /** Login of whoever decides. */
  sub: z.string().min(1),
  /** The release's id. */
  release: z.string().min(1),
  stage: z.string().min(1),
  verdict: z.enum(['approve', 'reject']),
  /** The candidate's. */
  sha,
  /** The account by which they have logged in, where a broker has signed for them: who vouches for it, and what they are called there. */
  account: z.object({ issuer: z.string().max(500), subject: z.string().max(500) }).optional(),
  /** Of this token alone: it votes once. */
  jti: z.string().min(8).max(100),
  /** Seconds since 1970. */
  iat: z.number(),
  exp: z.number(),
});

export type DecisionClaims = z.output<typeof decisionClaims>;

/** The vote that a token came with, and what it has to be for. */
export interface TokenVote {
  readonly by: string;
  readonly verdict: Verdict;
  readonly stage: string;
  readonly release: string;
  readonly sha: Sha;
  /** ISO 8601. A release may be begun anew under the same id: tokens for the one before it are no use. */
  readonly startedAt: string;
}

/** In seconds. */
const longestLife = 15 * 60;
const skew = 60;

/** Why a token's claims don't prove a vote; undefined if they do. `now` is in ms since 1970. */
export function mismatch(claims: DecisionClaims, vote: TokenVote, now: number): string | undefined {
  const { sub, release, stage, verdict, sha, iat, exp } = claims;
  const seconds = now / 1_000;
  if (exp <= seconds) return `it expired at ${isoTime(exp)}`;
  if (iat > seconds + skew) return `it is from the future: ${isoTime(iat)}`;
  if (exp - iat > longestLife) return `it is good for ${Math.round((exp - iat) / 60)} min: ${longestLife / 60} min are the most`;
  if (release !== vote.release) return `it is for ${release}, not ${vote.release}`;
  if (iat < Date.parse(vote.startedAt) / 1_000 - 1) return `it was issued at ${isoTime(iat)}, before this release began`;
  if (stage !== vote.stage) return `it is for stage "${stage}", not "${vote.stage}"`;
  if (verdict !== vote.verdict) return `it says "${verdict}", not "${vote.verdict}"`;
  if (sha !== vote.sha) return `it is for ${sha}, but this release carries ${vote.sha}`;
  if (!isSamePerson(sub, vote.by)) return `it is "${sub}" who signed, not "${vote.by}"`;
  return undefined;
}

function isoTime(seconds: number): string {
  return new Date(seconds * 1_000).toISOString();
}
