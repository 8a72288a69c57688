import { z } from 'zod';
import { deferred } from '../text/deferred.ts';
import { name } from '../text/names.ts';
import { everyKind, prefixes } from '../release/kinds.ts';
import type { ReleaseRecord } from '../release/record.ts';

const examples = [...new Set(everyKind.map(({ example }) => `"${example}"`))];

/** What of the past is asked for: the newest records, of one component or of one release if it is named. */
export const historyRequest = deferred(() => z.strictObject({
  component: name.optional(),
  release: z
    .string()
    .regex(new RegExp(String.raw`^(${prefixes.join('|')})?[a-z][a-z0-9-]*/[\w.-]+$`), `must be the id of a release such as ${examples.join(' or ')}`)
    .describe('With or without what tells its kind.')
    .optional(),
  limit: z.int().min(1).max(100).prefault(20),
}));

export type HistoryRequest = z.input<typeof historyRequest>;

export const historyRequestExample = { component: 'gitaly', limit: 20 } satisfies HistoryRequest;

export type History =
  | { readonly kind: 'records'; readonly records: readonly ReleaseRecord[] }
  /** The worker was told nowhere to keep records. */
  | { readonly kind: 'notKept' };
