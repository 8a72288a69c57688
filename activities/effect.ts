import { ApplicationFailure } from '@temporalio/common';
import { activityInfo, log } from '@temporalio/activity';
import { tryAgain } from '../ports/failures.ts';
import { elapsedMs } from './server-time.ts';

/** One write to the world, named by its business key: never by a run id, because a Reset runs it again under a new one. */
export interface Effect<T> {
  readonly key: string;
  /** What is there already, if it is ours; undefined if nothing is. Throws `Conflict` if something else stands in its place. */
  readonly probe: () => Promise<T | undefined>;
  /** Writes, once. Answers what it made if the reply tells; else the effect is read back. */
  readonly act: () => Promise<T | void>;
  /**
   * How long the probe may lag behind a write, in ms. A retry does not believe "not there" sooner than that after the
   * attempt before it. 0 for a probe that reads the thing itself, and whose write fails when it exists.
   */
  readonly lagMs: number;
}

/**
 * Probe → act once → verify. Whatever happens between the steps (a killed worker, a lost reply), trying again finds what
 * was done and does the rest.
 */
export async function effect<T>({ key, probe, act, lagMs }: Effect<T>): Promise<T> {
  elapsedMs();
  const found = (await probe()) ?? (await waitForLists(probe, lagMs));
  if (found !== undefined) return found;
  const made = await act().catch((failure: unknown) => readBack(key, failure, probe));
  if (made !== undefined) return made;
  const seen = await findWithin(probe, lagMs);
  if (seen === undefined) throw tryAgain('Unavailable', `${key}: written, but it can't be read back yet`);
  return seen;
}

/** The attempt before this one may have written a moment ago: wait until a list would show it. */
async function waitForLists<T>(probe: Effect<T>['probe'], lagMs: number): Promise<T | undefined> {
  if (activityInfo().attempt === 1 || lagMs === 0) return undefined;
  // That one had ended when this one began.
  return findWithin(probe, lagMs - elapsedMs());
}

async function findWithin<T>(probe: Effect<T>['probe'], ms: number): Promise<T | undefined> {
  const until = performance.now() + ms;
  for (let pauseMs = 50; ; pauseMs = Math.min(pauseMs * 2, 2_000)) {
    const seen = await probe();
    if (seen !== undefined || performance.now() >= until) return seen;
    await new Promise((resolve) => setTimeout(resolve, Math.min(pauseMs, until - performance.now())));
  }
}

/** A write that was refused or not answered may be our own success: look before believing it. */
async function readBack<T>(key: string, failure: unknown, probe: Effect<T>['probe']): Promise<T> {
  if (failure instanceof ApplicationFailure && failure.type === 'RateLimited') throw failure;
  log.debug('reading back after a failed write', { key, failure: String(failure) });
  const seen = await probe();
  if (seen === undefined) throw failure;
  return seen;
}
