import { AsyncLocalStorage } from 'node:async_hooks';
import { activityInfo } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { answerOf, neverRetry, tryAgain } from '../ports/failures.ts';
import { serverTime } from './server-time.ts';

/** A no that this process has heard, in ms since 1970. */
interface Heard {
  readonly since: number;
  readonly last: number;
}

/** By activity. Another worker that goes on with one begins to doubt anew, which only takes longer. */
const heard = new Map<string, Heard>();
const most = 10_000;
/** What did not come again for so long, in ms, was one odd answer: attempts are a minute apart at most. */
const forgottenMs = 10 * 60_000;

const doubts = new AsyncLocalStorage<number>();

type Activity = (...args: never[]) => Promise<unknown>;

/**
 * One answer of a service ends nothing: whatever says no (that something is missing, forbidden, not acceptable) is asked again for as long as
 * `doubtMs` says, and only then believed, by a failure that people are asked about.
 */
export function doubting<A extends Activity>(activity: A, doubtMs: number): A {
  async function asked(...args: never[]): Promise<unknown> {
    try {
      const result = await doubts.run(doubtMs, activity, ...args);
      heard.delete(keyOfActivity());
      return result;
    } catch (failure) {
      const answer = answerOf(failure);
      if (answer === undefined) {
        if (failure instanceof ApplicationFailure && failure.type === 'NotYet') heard.delete(keyOfActivity());
        throw failure;
      }
      const { type, message, nonRetryable, nextRetryDelay } = failure as ApplicationFailure;
      if (doubts.run(doubtMs, isBelieved)) throw nonRetryable ? failure : neverRetry(type as Parameters<typeof neverRetry>[0], message, answer);
      const afterMs = nextRetryDelay === undefined || nextRetryDelay === null ? undefined : Math.min(Number(nextRetryDelay), doubtMs);
      throw tryAgain('Unavailable', message, { ...(afterMs !== undefined && { afterMs }), cause: failure as ApplicationFailure });
    }
  }
  return Object.assign(asked, activity) as unknown as A;
}

/**
 * Takes note that a service says no, or shows nothing where something has been: whether it has said so for long enough. For whoever goes on with that
 * as with any other answer; who does not just throws it.
 */
export function isBelieved(): boolean {
  const doubtMs = doubts.getStore();
  if (doubtMs === undefined) return true;
  const [key, now] = [keyOfActivity(), serverTime()];
  const before = heard.get(key);
  const since = before && now - before.last < forgottenMs ? before.since : now;
  heard.delete(key);
  if (now - since >= doubtMs) return true;
  heard.set(key, { since, last: now });
  for (const oldest of heard.keys()) {
    if (heard.size <= most) break;
    heard.delete(oldest);
  }
  return false;
}

/** Reads what has been there. @throws `Unavailable` while it is doubted that it is gone */
export async function reread<T>(what: string, read: () => Promise<T | undefined>): Promise<T | undefined> {
  const found = await read();
  if (found === undefined && !isBelieved()) throw tryAgain('Unavailable', `${what} is not shown any more`);
  return found;
}

function keyOfActivity(): string {
  const { activityId, workflowExecution } = activityInfo();
  return `${workflowExecution?.workflowId} ${workflowExecution?.runId} ${activityId}`;
}
