import { ApplicationFailure } from '@temporalio/common';
import { neverRetry, tryAgain } from '../../failures.ts';

/** What GCS answered, however it was asked. */
export interface GcsAnswer {
  readonly status: number;
  readonly said: string;
  /** Seconds, as text. */
  readonly retryAfter?: string | undefined;
}

/** What the client throws, by shape: a request that got no answer has no numeric code. */
interface ApiError extends Error {
  readonly code: number;
  readonly response?: { readonly headers?: Readonly<Record<string, string | undefined>> };
}

const minuteMs = 60_000;

/** The one place where GCS's answers become failures. Never carries a token. */
export function gcsFailure(error: unknown, asked: string): Error {
  if (error instanceof ApplicationFailure) return error;
  const cause = error instanceof Error ? error : new Error(String(error));
  if (!isApiError(cause)) return tryAgain('Unavailable', `No answer from GCS to ${asked}: ${cause.message || cause.name}`);
  if (isPage(cause)) return tryAgain('Unavailable', `Something between here and GCS answered ${cause.code} to ${asked}`);
  return refusal({ status: cause.code, said: cause.message, retryAfter: cause.response?.headers?.['retry-after'] }, asked);
}

/** What an answer means that is not the one asked for. */
export function refusal({ status, said, retryAfter }: GcsAnswer, asked: string): ApplicationFailure {
  const message = `GCS answered ${status} to ${asked}: ${said.trim().slice(0, 300) || 'nothing'}`;
  if (status === 429) return tryAgain('RateLimited', message, { afterMs: Number(retryAfter) * 1_000 || 1_000 });
  if (status === 408 || status >= 500) return tryAgain('Unavailable', message);
  if (status < 400 || (status !== 401 && /^\s*<(!doctype|html)/i.test(said))) return tryAgain('Unavailable', `Something between here and GCS answered ${status} to ${asked}: ${said.trim().slice(0, 100)}`);
  const answer = { reason: message };
  if (status === 401) return tryAgain('PermissionDenied', `${message}. Are the credentials valid?`, { afterMs: minuteMs, answer });
  if (status === 403) return neverRetry('PermissionDenied', message, answer);
  if (status === 404) return neverRetry('PermissionDenied', `${message}. It does not exist, or the credentials can't see it.`, answer);
  if (status === 409 || status === 412) return neverRetry('Conflict', message);
  // GCS compares what arrived with the checksums that were sent before it makes the object: it was damaged on the way.
  if (status === 400 && /crc32c|md5|checksum|hash/i.test(said)) return tryAgain('Unavailable', message);
  return neverRetry('InvalidInput', message, answer);
}

/** Of an answer of GCS. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof Error && isApiError(error) && !isPage(error) ? error.code : undefined;
}

/** GCS says no in JSON. */
function isPage({ code, response }: ApiError): boolean {
  return code !== 401 && code !== 429 && code < 500 && /html/i.test(response?.headers?.['content-type'] ?? '');
}

function isApiError(error: Error): error is ApiError {
  // A DOMException (a timeout, say) has a number there, too.
  return 'code' in error && typeof error.code === 'number' && error.code >= 300;
}
