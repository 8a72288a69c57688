import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';

/** The kinds of failure that Slipway itself throws; they are the `type` of an ApplicationFailure. */
export type FailureType =
  | 'Conflict'
  | 'InvalidCatalog'
  | 'InvalidInput'
  | 'NotYet'
  | 'PermissionDenied'
  | 'RateLimited'
  | 'Refused'
  | 'Unavailable';

/** Trying again can't help: a person must change something first. */
export function neverRetry(type: FailureType, message: string, ...details: unknown[]): ApplicationFailure {
  return ApplicationFailure.create({ type, message, details, nonRetryable: true });
}

/** Worth trying again; after `afterMs` where the remote system said so, else as the retry policy has it. */
export function tryAgain(type: FailureType, message: string, { afterMs, cause }: { afterMs?: number; cause?: Error } = {}): ApplicationFailure {
  return ApplicationFailure.create({ type, message, ...(afterMs !== undefined && { nextRetryDelay: afterMs }), ...(cause && { cause }) });
}

/** A poll that found nothing yet. Benign: it is how Slipway waits, not an error to log or count. */
export function notYet(message: string): ApplicationFailure {
  const failure = ApplicationFailure.create({ type: 'NotYet', message, category: ApplicationFailureCategory.BENIGN });
  // The last one stays in the history of the attempt that succeeds, where its stack would be most of the event.
  failure.stack = '';
  return failure;
}
