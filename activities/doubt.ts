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

/** By activity, and by what was said. Another worker that goes on with an activity begins to doubt anew, which only takes longer. */
const heard = new Map<string, Map<string, Heard>>();
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
      if (doubts.run(doubtMs, isBelieved, message)) throw nonRetryable ? failure : neverRetry(type as Parameters<typeof neverRetry>[0], message, answer);
      const afterMs = nextRetryDelay === undefined || nextRetryDelay === null ? undefined : Math.min(Number(nextRetryDelay), doubtMs);
      throw tryAgain('Unavailable', message, { ...(afterMs !== undefined && { afterMs }), cause: failure as ApplicationFailure });
    }
  }
  return Object.assign(asked, activity) as unknown as A;
}

/**
 * Takes note that a service says this no, or shows nothing where something has been: whether it has said so for long enough. For whoever goes on with that
 * as with any other answer; who does not just throws it.
 */
export function isBelieved(no: string): boolean {
  const doubtMs = doubts.getStore();
  if (doubtMs === undefined) return true;
  const [key, now] = [keyOfActivity(), serverTime()];
  const nos = heard.get(key) ?? new Map<string, Heard>();
  const before = nos.get(no);
  const since = before && now - before.last < forgottenMs ? before.since : now;
  nos.set(no, { since, last: now });
  heard.delete(key);
  if (now - since >= doubtMs) return true;
  heard.set(key, nos);
  for (const oldest of heard.keys()) {
    if (heard.size <= most) break;
    heard.delete(oldest);
  }
  return false;
}

/** Reads what has been there. @throws `Unavailable` while it is doubted that it is gone */
export async function reread<T>(what: string, read: () => Promise<T | undefined>): Promise<T | undefined> {
  const found = await read();
  const no = `${what} is not shown any more`;
  if (found === undefined && !isBelieved(no)) throw tryAgain('Unavailable', no);
  return found;
}

/** What a service has said no with to what may as well be left undone: tried three times at most. @throws every other failure, and the no before that */
export function refusalOf(failure: unknown): string {
  if (answerOf(failure) === undefined) throw failure;
  const { message } = failure as ApplicationFailure;
  if (!isBelieved(message) && activityInfo().attempt < 3) throw failure;
  return message;
}

function keyOfActivity(): string {
  const { activityId, workflowExecution } = activityInfo();
  return `${workflowExecution?.workflowId} ${workflowExecution?.runId} ${activityId}`;
}
