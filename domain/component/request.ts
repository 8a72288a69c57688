import { z } from 'zod';
import { sha } from '../text/names.ts';

/** What starts a component release; everything else comes from the catalog. */
export const releaseRequest = z.strictObject({
  component: z.string().min(1),
  sha: sha.optional(),
  by: z.string().min(1).optional().describe('Who starts it: a claim, like that of whoever decides.'),
  reason: z.string().optional(),
  dryRun: z.boolean().optional().describe('Decides the same, writes nothing, and answers what it would have written.'),
});

/** What starts the hourly task of a component. */
export const updateRequest = releaseRequest.pick({ component: true });

export type ReleaseRequest = z.output<typeof releaseRequest>;

export type UpdateRequest = z.output<typeof updateRequest>;

export const releaseRequestExample = { component: 'gitaly' } satisfies ReleaseRequest;
