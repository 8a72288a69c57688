import { z } from 'zod';
import { deferred } from '../text/deferred.ts';
import { person } from '../people/person.ts';
import { name, sha } from '../text/names.ts';
import { oneLine, sentence } from '../text/short-text.ts';

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
