import { spoken } from '../domain/text/spoken.ts';

const minuteMs = 60_000;

/** How long ago, in whole minutes: a page that is open changes when something has happened, and not every second. `now` is in ms since 1970. */
export function age(since: string, now: number): string {
  const ms = now - Date.parse(since);
  return ms < minuteMs ? 'less than a minute' : spoken(ms - (ms % minuteMs));
}
