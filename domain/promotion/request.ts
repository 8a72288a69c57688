import { z } from 'zod';
import { deferred } from '../text/deferred.ts';
import { person } from '../people/person.ts';
import { name, sha } from '../text/names.ts';
import { oneLine, sentence } from '../text/short-text.ts';
import { mostSeen } from './stage-watch.ts';

/** What starts a pre-release; everything else comes from the catalog. */
export const preReleaseRequest = deferred(() => z.strictObject({ component: oneLine }));

export type PreReleaseRequest = z.output<typeof preReleaseRequest>;

export const preReleaseRequestExample = { component: 'monitor' } satisfies PreReleaseRequest;

/** What starts a production release. */
export const productionRequest = deferred(() => z.strictObject({
  component: oneLine,
  /** The name of a pre-release, or of the release that is to be made; for a preview, the first digits of a commit. */
  release: oneLine,
  /** The commit of a release that there is not yet: an earlier one that QA has approved. What stage runs, if not given. */
  sha: sha.optional(),
  /** A preview's. */
  environment: name.optional(),
  /** It needs environment variables or secrets, by the catalog's checklist. */
  variables: z.boolean().optional(),
  /** Why it may be made of a commit that is not on the branch. */
  exception: sentence.optional(),
  by: person.optional(),
  reason: oneLine.optional(),
}));

export type ProductionRequest = z.output<typeof productionRequest>;

export const productionRequestExample = { component: 'monitor', release: '2024.09.01' } satisfies ProductionRequest;

const number = deferred(() => z.int().min(1));

/** What starts a stage fix. */
export const stageFixRequest = deferred(() => z.strictObject({
  component: oneLine,
  /** Merged pull requests that are not to go to production yet. */
  pulls: z.array(number).min(1).max(30),
  /** What the release without them is called; the day's next name, if not given. */
  release: oneLine.optional(),
  by: person.optional(),
  reason: oneLine.optional(),
}));

export type StageFixRequest = z.output<typeof stageFixRequest>;

export const stageFixRequestExample = { component: 'monitor', pulls: [123] } satisfies StageFixRequest;

/** What starts a hotfix. */
export const hotfixRequest = deferred(() => z.strictObject({
  component: oneLine,
  /** The pull request that mends it. It must be merged. */
  pull: number,
  /** Who reviews it, and sees it work on stage: not its author. */
  partner: person,
  /** Merged pull requests that QA has not approved, and that are taken back until it is in production. */
  revert: z.array(number).max(30).optional(),
  by: person.optional(),
  reason: oneLine.optional(),
}));

export type HotfixRequest = z.output<typeof hotfixRequest>;

export const hotfixRequestExample = { component: 'monitor', pull: 123, partner: 'bob' } satisfies HotfixRequest;

/** What starts the following of stage. All but the component is what a run of it hands to the next. */
export const stageWatchRequest = deferred(() => z.strictObject({
  component: oneLine,
  seen: z.array(z.strictObject({ sha, digest: oneLine.optional(), at: oneLine, checks: z.enum(['green', 'red']).optional() })).max(mostSeen).prefault([]),
  late: z.enum(['red', 'unbuilt', 'untaken']).optional(),
  asked: oneLine.optional(),
  noticed: oneLine.optional(),
}));

export type StageWatchRequest = z.output<typeof stageWatchRequest>;

export const stageWatchRequestExample = { component: 'monitor' } satisfies Partial<StageWatchRequest>;
