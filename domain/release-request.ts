import { z } from 'zod';
import { shaPattern } from './candidate.ts';

/** What starts a component release; everything else comes from the catalog. */
export const releaseRequest = z.strictObject({
  component: z.string().min(1),
  sha: z.string().regex(shaPattern, 'must be a full commit SHA of 40 hex digits').optional(),
  by: z.string().min(1).optional().describe('Who starts it: a claim, like that of whoever decides.'),
  reason: z.string().optional(),
});

export type ReleaseRequest = z.output<typeof releaseRequest>;

export const releaseRequestExample = { component: 'gitaly' } satisfies ReleaseRequest;
