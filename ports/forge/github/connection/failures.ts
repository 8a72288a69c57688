import { TemporalFailure } from '@temporalio/common';
import { answerOf, neverRetry, tryAgain } from '../../../failures.ts';
import type { ServiceAnswer } from '../../../failures.ts';

/** GitHub's no to a request, kept with the failure for the few places that know what it means there. */
export interface GitHubRefusal extends ServiceAnswer {
  readonly status: number;
}

interface Asked {
  readonly method: string;
  /** Path, perhaps a template. */
  readonly url: string;
}

/** What Octokit throws, by shape: a request that got no answer has the status 500 and no response. */
interface HttpError extends Error {
  readonly status: number;
  readonly response?: { readonly headers: Readonly<Record<string, string | undefined>>; readonly data: unknown };
  readonly request: { readonly url: string };
}

/** Where to wait for a token to be renewed, and where GitHub asks for patience without saying how much ("at least one minute"). */
const minuteMs = 60_000;

/** The one place where GitHub's answers become failures. Never carries the token, nor the request's body. */
export function githubFailure(error: unknown, { method, url }: Asked): Error {
  // What is thrown where a request is sent comes wrapped in an error of Octokit's.
  const cause = error instanceof Error && error.cause;
  if (error instanceof TemporalFailure) return error;
  if (cause instanceof TemporalFailure) return cause;
  if (!isHttpError(error) || !error.response) return unanswered(error, `${method} ${url}`);
  const { status, response } = error;
  const asked = `${method} ${new URL(error.request.url).pathname}`;
  const reason = said(response.data);
  const message = `GitHub answered ${status} to ${asked}: ${reason}`;
  const refusal: GitHubRefusal = { status, reason };

  const limitMs = limitedFor(error.status, response.headers, reason);
  if (limitMs !== undefined) return tryAgain('RateLimited', message, { afterMs: limitMs });
  if (status >= 500 || status === 408) return tryAgain('Unavailable', message);
  if (status === 401) return tryAgain('PermissionDenied', `${message}. Is the token valid?`, { afterMs: minuteMs, answer: refusal });
  if (!isTheirs(response.data)) return tryAgain('Unavailable', `something between here and GitHub answered ${status} to ${asked}: ${reason}`);
  if (status === 403) return neverRetry('PermissionDenied', `${message}. The token needs ${permission(response.headers, { method, url })}.`, refusal);
  if (status === 404) {
    const needed = permission(response.headers, { method, url });
    return neverRetry('PermissionDenied', `${message}. It does not exist, or the token lacks ${needed}.`, refusal);
  }
  return neverRetry(status === 409 ? 'Conflict' : 'InvalidInput', message, refusal);
}

/** What GitHub refused for good; undefined for every other failure. */
export function refusal(error: unknown): GitHubRefusal | undefined {
  return answerOf(error) as GitHubRefusal | undefined;
}

export async function unlessMissing<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    if (refusal(error)?.status === 404) return undefined;
    throw error;
  }
}

function unanswered(error: unknown, asked: string): Error {
  const cause = error instanceof Error ? error : new Error(String(error));
  return tryAgain('Unavailable', `No answer from GitHub to ${asked}: ${cause.message}`);
}

/** How long GitHub wants to be left alone, in ms, in the order of its "Rate limits for the REST API"; undefined if this is no limit. */
function limitedFor(status: number, headers: Readonly<Record<string, string | undefined>>, reason: string): number | undefined {
  if (status !== 429 && status !== 403) return undefined;
  const retryAfter = Number(headers['retry-after']);
  if (retryAfter > 0) return retryAfter * 1_000;
  const reset = Number(headers['x-ratelimit-reset']);
  if (headers['x-ratelimit-remaining'] === '0' && reset > 0) {
    const now = Date.parse(headers['date'] ?? '') || Date.now();
    return Math.max(1_000, reset * 1_000 - now);
  }
  return status === 429 || /rate limit|abuse detection/i.test(reason) ? minuteMs : undefined;
}

/** How long GitHub wants to be left alone, in ms, where it says so with status 200; undefined for every other answer. */
export function limitedByGraphql(data: unknown, headers: Readonly<Record<string, string | undefined>>): { readonly ms: number; readonly reason: string } | undefined {
  const errors = typeof data === 'object' && data !== null && 'errors' in data && Array.isArray(data.errors) ? (data.errors as readonly { readonly type?: string; readonly message: string }[]) : [];
  const limit = errors.find(({ type = '', message }) => /^RATE_LIMIT/.test(type) || /rate limit/i.test(message));
  return limit && { ms: limitedFor(429, headers, limit.message)!, reason: limit.message };
}

const permissions = [
  [/\/orgs\/[^/]+\/teams/, 'members'],
  [/\/(check-runs|check-suites)/, 'checks'],
  [/\/status(es)?$/, 'statuses'],
  [/\/actions\//, 'actions'],
  [/\/deployments/, 'deployments'],
  [/\/pulls|\/issues/, 'pull_requests'],
] as const;

/** GitHub names the missing permission to fine-grained tokens and apps; for others it follows from the path. */
function permission(headers: Readonly<Record<string, string | undefined>>, { method, url }: Asked): string {
  const named = headers['x-accepted-github-permissions'];
  if (named) return named;
  const name = permissions.find(([path]) => path.test(url))?.[1] ?? 'contents';
  return `${name}=${method === 'GET' ? 'read' : 'write'}`;
}

/** GitHub says no in JSON, with a message. A proxy has pages for that. */
function isTheirs(data: unknown): boolean {
  return typeof data === 'object' && data !== null && 'message' in data;
}

function said(data: unknown): string {
  if (typeof data === 'string') return data.slice(0, 200) || 'nothing';
  const { message, errors } = (data ?? {}) as { message?: string; errors?: readonly (string | { message?: string; code?: string; field?: string })[] };
  const details = errors?.map((each) => (typeof each === 'string' ? each : (each.message ?? `${each.field} ${each.code}`))) ?? [];
  return [message ?? 'nothing', ...details].join(': ');
}

function isHttpError(error: unknown): error is HttpError {
  return error instanceof Error && 'status' in error && 'request' in error;
}
