import { z } from 'zod';
import { person } from '../people/person.ts';
import { oneLine, remark } from '../text/short-text.ts';
import { sha } from '../text/names.ts';

/** What starts a component release; everything else comes from the catalog. */
export const releaseRequest = z.strictObject({
  component: oneLine,
  sha: sha.optional(),
  by: person.optional().describe('Who starts it: a claim, like that of whoever decides.'),
  reason: remark.optional(),
  dryRun: z.boolean().optional().describe('Decides the same, writes nothing, and answers what it would have written.'),
});

/** What starts the hourly task of a component. */
export const updateRequest = releaseRequest.pick({ component: true });

export type ReleaseRequest = z.output<typeof releaseRequest>;

export type UpdateRequest = z.output<typeof updateRequest>;

export const releaseRequestExample = { component: 'gitaly' } satisfies ReleaseRequest;
