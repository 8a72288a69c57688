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

/** A service's no, as it has said it. It travels with the failure: one answer ends nothing, so that it is doubted before it is believed. */
export interface ServiceAnswer {
  readonly reason: string;
}

/** What a service has said no with, where a failure is that; undefined for what nobody but Slipway has judged. */
export function answerOf(failure: unknown): ServiceAnswer | undefined {
  const [answer] = failure instanceof ApplicationFailure ? (failure.details ?? []) : [];
  return typeof answer === 'object' && answer !== null && 'reason' in answer ? (answer as ServiceAnswer) : undefined;
}

/** Trying again can't help: a person must change something first. @param answer what a service has said, where it is that which is told */
export function neverRetry(type: FailureType, message: string, answer?: ServiceAnswer): ApplicationFailure {
  return ApplicationFailure.create({ type, message, nonRetryable: true, ...(answer && { details: [answer] }) });
}

/** Worth trying again; after `afterMs` where the remote system said so, else as the retry policy has it. With an `answer` not for ever. */
export function tryAgain(type: FailureType, message: string, { afterMs, cause, answer }: { afterMs?: number; cause?: Error; answer?: ServiceAnswer | undefined } = {}): ApplicationFailure {
  return ApplicationFailure.create({ type, message, ...(afterMs !== undefined && { nextRetryDelay: afterMs }), ...(cause && { cause }), ...(answer && { details: [answer] }) });
}

/** What must be there is not shown: reads lag behind writes. Not for ever. */
export function missing(message: string): ApplicationFailure {
  return tryAgain('Unavailable', message, { answer: { reason: 'it is not shown' } });
}

/** A poll that found nothing yet. Benign: it is how Slipway waits, not an error to log or count. */
export function notYet(message: string): ApplicationFailure {
  const failure = ApplicationFailure.create({ type: 'NotYet', message, category: ApplicationFailureCategory.BENIGN });
  // The last one stays in the history of the attempt that succeeds, where its stack would be most of the event.
  failure.stack = '';
  return failure;
}
