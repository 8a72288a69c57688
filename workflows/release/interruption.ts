import { ActivityFailure, RetryState } from '@temporalio/common';
import { isCancellation } from '@temporalio/workflow';

/**
 * Whether a failure is due to a cancellation: also that of an activity whose attempt was in the air, and whose own failure would
 * have been tried again otherwise. Such an activity fails; the server does not call it cancelled.
 */
export function isInterruption(failure: unknown): boolean {
  return isCancellation(failure) || (failure instanceof ActivityFailure && failure.retryState === RetryState.CANCEL_REQUESTED);
}
