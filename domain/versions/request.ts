import { z } from 'zod';
import { person } from '../people/person.ts';
import { deferred } from '../text/deferred.ts';
import { sha } from '../text/names.ts';
import { oneLine } from '../text/short-text.ts';

/** What starts a version release; everything else comes from the catalog. */
export const versionRequest = deferred(() => z.strictObject({
  component: oneLine,
  version: z.string().min(1).max(60).describe('"12.9.0", "12.9.3", "12.9.0-rc4", or "rc" for the next free candidate of the current milestone.'),
  sha: sha.optional().describe('The commit that a major or minor is made of, in place of the one that production runs. It must have reached production.'),
  product: z.string().min(1).max(100).optional().describe("The product's tag that asks for it, such as \"v12.9.0-ee\". It says which commit is released, and nobody else is asked."),
  downstream: person.optional().describe('Who wants the product to take this candidate, by a pull request that is assigned to them: a login.'),
  by: person.optional().describe('Who starts it: a claim, like that of whoever decides.'),
  reason: oneLine.optional(),
  dryRun: z.boolean().optional().describe('Decides the same, writes nothing, and answers what it would have written.'),
}));

export type VersionRequest = z.output<typeof versionRequest>;

/** What starts the picking of what waits for it. */
export const backportRequest = deferred(() => z.strictObject({
  component: oneLine,
  dryRun: z.boolean().optional().describe('Tells what would be picked, and writes nothing.'),
}));

export type BackportRequest = z.output<typeof backportRequest>;

export const backportRequestExample = { component: 'gitaly' } satisfies BackportRequest;

/** What starts a look at the product's tags. */
export const productRequest = deferred(() => z.strictObject({ component: oneLine }));

export type ProductRequest = z.output<typeof productRequest>;

export const productRequestExample = { component: 'gitaly' } satisfies ProductRequest;

/** What starts an experimental build. */
export const experimentalRequest = deferred(() => z.strictObject({
  component: oneLine,
  version: z.string().min(1).max(60).describe('"12.9.0", or a candidate such as "12.9.0-rc4". It must be tagged.'),
}));

export type ExperimentalRequest = z.output<typeof experimentalRequest>;

export const experimentalRequestExample = { component: 'gitaly', version: '12.9.0-rc4' } satisfies ExperimentalRequest;

/** What starts a security release. It counts as public: it names nothing but numbers. */
export const securityRequest = deferred(() => z.strictObject({
  component: oneLine,
  issue: z.int().min(1).describe('The number of its issue, in the security repository.'),
  disclosure: z.iso.datetime({ offset: true, error: 'must be a time such as "2024-01-11T14:00:00Z"' }).optional().describe('When everybody may know of it; without it, when somebody sends "disclose".'),
}));

export type SecurityRequest = z.output<typeof securityRequest>;

export const securityRequestExample = { component: 'gitaly', issue: 12, disclosure: '2024-01-11T14:00:00Z' } satisfies SecurityRequest;

/** What starts the publication of a version's package. */
export const packageRequest = deferred(() => z.strictObject({
  component: oneLine,
  version: z.string().min(1).max(60).describe('"12.9.0", or a candidate such as "12.9.0-rc4". It must be tagged.'),
  sha: sha.optional().describe('A commit that the package must have: refused where the version lacks it.'),
}));

export type PackageRequest = z.output<typeof packageRequest>;

export const packageRequestExample = { component: 'gitaly', version: '12.9.0' } satisfies PackageRequest;

export const versionRequestExample = { component: 'gitaly', version: '12.9.0' } satisfies VersionRequest;
