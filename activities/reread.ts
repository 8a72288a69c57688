import { activityInfo } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { tryAgain } from '../ports/failures.ts';

/** How long an answer is doubted that says that something is missing or forbidden which was there before, in ms. */
const doubtMs = 5 * 60_000;

/**
 * Reads what is known to be there. A forge that says once that it is not, or may not be seen, is asked again for minutes: only then is it believed.
 *
 * @throws `Unavailable` meanwhile, and after that what the forge has said
 */
export async function reread<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (failure) {
    const isRefusal = failure instanceof ApplicationFailure && failure.nonRetryable === true;
    if (!isRefusal || Date.now() - activityInfo().scheduledTimestampMs >= doubtMs) throw failure;
    throw tryAgain('Unavailable', failure.message, { cause: failure });
  }
}
