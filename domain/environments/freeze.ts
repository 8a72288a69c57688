import { z } from 'zod';
import { deferred } from '../text/deferred.ts';
import { person } from '../people/person.ts';
import { order } from '../people/order.ts';
import { remark } from '../text/short-text.ts';

/** A freeze as a stretch of time: ISO 8601, `to` excluded. */
export interface FreezeWindow {
  readonly from: string;
  readonly to: string;
  readonly reason: string;
}

/** What `freeze` carries. */
export const freezing = order;

/** What `thaw` carries. */
export const thawing = deferred(() => z.strictObject({ by: person, reason: remark.optional() }));

export type Freezing = z.output<typeof freezing>;
export type Thawing = z.output<typeof thawing>;
