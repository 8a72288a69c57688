import { z } from 'zod';
import { deferred } from '../text/deferred.ts';
import { sentence } from '../text/short-text.ts';
import { person } from './person.ts';

/** What somebody orders for a while, or until it is taken back: that an environment is frozen, a component halted, a commit not shipped. */
export const order = deferred(() => z.strictObject({
  by: person,
  reason: sentence,
  until: z.iso.datetime({ offset: true, error: 'must be a time such as "2026-12-24T18:00:00Z"' }).optional(),
}));

export type Order = z.output<typeof order>;

export function lasts({ until }: Pick<Order, 'until'>, now: string): boolean {
  return until === undefined || Date.parse(until) > Date.parse(now);
}

/** Why an order can't begin now: it would have ended already. */
export function overBefore({ until }: Pick<Order, 'until'>, now: number): string | undefined {
  return until !== undefined && Date.parse(until) <= now ? `until: ${until} is in the past` : undefined;
}

/** Whether an order may not take the place of the one that there is: it would end somebody else's sooner, unsaid. */
export function endsSooner(before: Order | undefined, { by, until }: Pick<Order, 'by' | 'until'>, now: string): boolean {
  if (!before || before.by === by || until === undefined || !lasts(before, now)) return false;
  return before.until === undefined || Date.parse(before.until) > Date.parse(until);
}

/** On one line: "by kim until 2026-12-24T18:00:00Z: why" */
export function toldOrder({ by, reason, until }: Order): string {
  return `by ${by}${until ? ` until ${until}` : ''}: ${reason.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim()}`;
}
