import { z } from 'zod';
import { deferred } from '../text/deferred.ts';
import { spoken } from '../text/spoken.ts';

/** A service does not answer what a release asks of it: for minutes, though it is asked again and again. */
export interface Outage {
  /** The id of the activity that asks. */
  readonly activity: string;
  /** What it was answered last. */
  readonly why: string;
  /** ISO 8601: since when, and when it was heard of last. */
  readonly since: string;
  readonly at: string;
  /** ISO 8601: if it lasts it is heard of again by then. */
  readonly again: string;
}

const name = deferred(() => z.string().min(1).max(200));
const moment = deferred(() => z.iso.datetime());

/** What an activity tells its workflow of that. Without a `why` it is over. */
export const outageNews = deferred(() => z.strictObject({ activity: name, type: name, since: moment, again: moment.optional(), why: z.string().max(500).optional() }));

export type OutageNews = z.output<typeof outageNews>;

/** The outages after this news. */
export function withOutage(outages: readonly Outage[], { activity, why, since, again = since }: OutageNews, at: string): readonly Outage[] {
  const others = outages.filter((outage) => outage.activity !== activity);
  return why === undefined ? others : [...others, { activity, why, since, at, again }];
}

/** Those that may still last. Of one whose activity has ended with its worker nobody tells that it is over. */
export function lasting(outages: readonly Outage[], at: string): readonly Outage[] {
  return outages.filter(({ again }) => again >= at);
}

/** "no answer for 12 min, by 2026-01-05T10:12:00Z: GitHub answered 503 to GET /user. It is tried again" */
export function toldOutage({ why, since, at }: Pick<Outage, 'why' | 'since' | 'at'>): string {
  return `no answer for ${spoken(Math.max(1_000, Date.parse(at) - Date.parse(since)))}, by ${at}: ${why}. It is tried again`;
}
