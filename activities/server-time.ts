import { asyncLocalStorage } from '@temporalio/activity';
import type { Context } from '@temporalio/activity';

const beginnings = new WeakMap<Context, number>();

/**
 * The time, in ms since 1970, by the clock of Temporal's server: when it had this attempt begin, and what has passed here since. The clocks of two
 * workers differ, and the next attempt may be another's: nothing that is compared with what another attempt, the workflow or the server
 * has noted may come from a worker's own clock. Only where no activity runs (a rehearsal) there is no other.
 */
export function serverTime(): number {
  return attemptBegan() + elapsedMs();
}

/** When the server had the running attempt begin, in ms since 1970: rises with every attempt, also with those of a Reset. */
export function attemptBegan(): number {
  return asyncLocalStorage.getStore()?.info.currentAttemptScheduledTimestampMs ?? Date.now();
}

/** For how long, in ms, the running activity has been tried. */
export function ageMs(): number {
  return serverTime() - (asyncLocalStorage.getStore()?.info.scheduledTimestampMs ?? Date.now());
}

/** Since this was asked first in the running attempt, in ms. */
export function elapsedMs(): number {
  const context = asyncLocalStorage.getStore();
  const now = performance.now();
  const begun = context && beginnings.get(context);
  if (context && begun === undefined) beginnings.set(context, now);
  return Math.round(now - (begun ?? now));
}
