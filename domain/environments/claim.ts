import { z } from 'zod';
import { deferred } from '../text/deferred.ts';
import { asSha } from '../code/commit.ts';
import type { Sha } from '../code/commit.ts';
import type { Mechanism } from '../stages/rules.ts';
import type { Pace } from '../release/pace.ts';

// What releases, rollouts and environments say to each other. Read leniently: what a later version of Slipway adds is no mistake.

const text = deferred(() => z.string().min(1));
/** Only whoever wrote it has checked it. */
const sha = deferred(() => text as unknown as z.ZodType<Sha, string>);
const number = deferred(() => z.number());

/** A version of a component that an environment runs. */
export const deployed = deferred(() => z.object({
  candidate: sha,
  /** Downstream commit that pins the candidate: what a rollback to this version deploys. */
  sha,
  /** Id of the release that brought it. */
  release: text,
  /** ISO 8601 */
  since: text,
}));

// Only whoever looks for a deployment reads more of it.
const mechanism = deferred(() => z.looseObject({ kind: text }) as unknown as z.ZodType<Mechanism>);

const pace: z.ZodType<Pace> = deferred(() => z.object({ poll: number, patience: number, sample: number, attempt: number, heartbeat: number, retry: number }));

/** A release's wish to have an environment to itself. */
const claim = deferred(() => z.object({
  /** `<release id>/<stage>`: whoever asks again under the same key gets the same answer. */
  key: text,
  environment: text,
  release: text,
  component: text,
  candidate: sha,
  sha,
  /** A rollback goes before all others and through every freeze, but only where this release is what runs. */
  purpose: z.enum(['promote', 'rollback']),
  /** Where a deployment of this claim can be found by its key. */
  deployment: z.object({ repository: text, mechanism }),
  pace,
}));

/** What `claim` carries. */
export const claiming = deferred(() => z.object({
  claim,
  /** Candidates of the component that this one is known to come after. */
  after: z.array(sha).readonly(),
  windows: z.array(z.object({ from: text, to: text, reason: z.string() })).readonly(),
}));

/** What `leave` carries. `runs` is what the component runs there now, if that has changed. */
export const leaving = deferred(() => z.object({ environment: text, key: text, component: text, runs: z.exactOptional(deployed) }));

/** What `deployed` carries. */
export const landing = deferred(() => z.object({
  environment: text,
  /** Of the grant under which it was brought: whatever an earlier holder says comes too late. */
  fence: number,
  /** Of the deployment. */
  key: text,
  component: text,
  runs: deployed.omit({ since: true }),
  /** What other components run there by the same commit: their candidates. */
  others: z.exactOptional(z.record(text, sha)),
}));

/** What `follow` carries. */
export const following = deferred(() => z.object({ workflow: text }));

/** What `granted` carries. `previous` is what the component ran there before. */
export const granting = deferred(() => z.object({ key: text, fence: number, previous: z.exactOptional(deployed) }));

/** What `superseded` carries. */
export const superseding = deferred(() => z.object({ key: text, by: text }));

/** Why nothing may be promoted now, and until when, if that is known. */
const frozen = deferred(() => z.object({
  reason: z.string(),
  /** Login of the operator; nobody for the calendar. */
  by: z.exactOptional(text),
  /** ISO 8601 */
  until: z.exactOptional(text),
}));

/** What `environmentFrozen` carries. */
export const freezeNews = deferred(() => z.object({ environment: text, frozen: z.exactOptional(frozen) }));

export type Deployed = z.output<typeof deployed>;
export type Claim = z.output<typeof claim>;
export type Claiming = z.output<typeof claiming>;
export type Leaving = z.output<typeof leaving>;
export type Landing = z.output<typeof landing>;
export type Following = z.output<typeof following>;
export type Granting = z.output<typeof granting>;
export type Superseding = z.output<typeof superseding>;
export type Frozen = z.output<typeof frozen>;
export type FreezeNews = z.output<typeof freezeNews>;

export const claimExample: Claim = {
  key: 'release/gitaly/from-0123456789ab/production',
  environment: 'production',
  release: 'release/gitaly/from-0123456789ab',
  component: 'gitaly',
  candidate: asSha('c'.repeat(40)),
  sha: asSha('d'.repeat(40)),
  purpose: 'promote',
  deployment: { repository: 'org/product', mechanism: { kind: 'deployment' } },
  pace: { poll: 30_000, patience: 900_000, sample: 15_000, attempt: 60_000, heartbeat: 10_000, retry: 2_000 },
};
