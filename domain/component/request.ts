import { z } from 'zod';
import { deferred } from '../text/deferred.ts';
import { person } from '../people/person.ts';
import { kinds } from '../release/kinds.ts';
import { oneLine, remark, sentence } from '../text/short-text.ts';
import { sha } from '../text/names.ts';

/** What starts a component release; everything else comes from the catalog. */
export const releaseRequest = deferred(() => z.strictObject({
  component: oneLine,
  sha: sha.optional(),
  by: person.optional().describe('Who starts it: a claim, like that of whoever decides.'),
  reason: remark.optional(),
  dryRun: z.boolean().optional().describe('Decides the same, writes nothing, and answers what it would have written.'),
}));

/** What starts the hourly task of a component. */
export const updateRequest = deferred(() => releaseRequest.pick({ component: true }));

/** What starts the taking back of a pin. */
export const takeBackRequest = deferred(() => z.strictObject({
  component: oneLine,
  by: person,
  reason: sentence,
  from: sha.optional().describe('Only while this is what is pinned.'),
  to: sha.optional().describe('What is to be pinned; what was pinned before, if not given.'),
}));

export type TakeBackRequest = z.output<typeof takeBackRequest>;

export const takeBackRequestExample = { component: 'gitaly', by: 'kim', reason: 'it leaks' } satisfies TakeBackRequest;

export type ReleaseRequest = z.output<typeof releaseRequest>;

export type UpdateRequest = z.output<typeof updateRequest>;

export const releaseRequestExample = { component: 'gitaly' } satisfies ReleaseRequest;

/** How it is started, as somebody would type it. */
export function toldTakingBack(component: string): string {
  return `slipway start ${kinds.takingBack.workflow} ${component} --by <you> --reason <why>`;
}
