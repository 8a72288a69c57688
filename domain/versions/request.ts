import { z } from 'zod';
import { deferred } from '../text/deferred.ts';
import { sha } from '../text/names.ts';

/** What starts a version release; everything else comes from the catalog. */
export const versionRequest = deferred(() => z.strictObject({
  component: z.string().min(1),
  version: z.string().min(1).max(60).describe('"12.9.0", "12.9.3", "12.9.0-rc4", or "rc" for the next free candidate of the current milestone.'),
  sha: sha.optional().describe('The commit that a major or minor is made of, in place of the one that production runs. It must have reached production.'),
  by: z.string().min(1).optional().describe('Who starts it: a claim, like that of whoever decides.'),
  reason: z.string().optional(),
  dryRun: z.boolean().optional().describe('Decides the same, writes nothing, and answers what it would have written.'),
}));

export type VersionRequest = z.output<typeof versionRequest>;

/** What starts the picking of what waits for it. */
export const backportRequest = deferred(() => z.strictObject({
  component: z.string().min(1),
  dryRun: z.boolean().optional().describe('Tells what would be picked, and writes nothing.'),
}));

export type BackportRequest = z.output<typeof backportRequest>;

export const backportRequestExample = { component: 'gitaly' } satisfies BackportRequest;

export const versionRequestExample = { component: 'gitaly', version: '12.9.0' } satisfies VersionRequest;
