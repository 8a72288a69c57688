import { ErrorCode } from '@slack/web-api';
import type { WebAPICallError } from '@slack/web-api';
import { TemporalFailure } from '@temporalio/common';
import { neverRetry, tryAgain } from '../../failures.ts';

/** What a person has to do about an error of Slack's. */
const remedies: Readonly<Record<string, string>> = {
  channel_not_found: 'create the channel, and invite the bot if it is private',
  not_in_channel: 'invite the bot to the channel',
  is_archived: 'unarchive the channel, or name another one in the catalog',
  invalid_auth: "give the worker a valid bot's token",
  not_authed: "give the worker a bot's token",
  token_revoked: "give the worker a new bot's token",
  token_expired: "give the worker a new bot's token",
  account_inactive: "give the worker the token of a bot that is active",
  missing_scope: 'give the bot the scopes that docs/adapters.md lists',
  restricted_action: "let the bot post there: an administrator's setting forbids it",
  cant_update_message: 'the message is not the bot’s own, or too old to be edited',
};

const passing = new Set(['invalid_cursor', 'internal_error', 'fatal_error', 'service_unavailable', 'request_timeout', 'team_added_to_org']);

/** Where Slack asks for patience without saying how much: its limits are per minute. */
const minuteMs = 60_000;

/** The one place where Slack's answers become failures. */
export function slackFailure(error: unknown, asked: string): Error {
  if (error instanceof TemporalFailure) return error;
  if (!isSlackError(error)) return tryAgain('Unavailable', `${asked}: ${error instanceof Error ? error.message : String(error)}`);
  if (error.code === ErrorCode.RateLimitedError) return tryAgain('RateLimited', `${asked}: Slack's limit is reached`, { afterMs: error.retryAfter * 1_000 });
  if (error.code !== ErrorCode.PlatformError) return tryAgain('Unavailable', `${asked}: ${error.message}`);
  const code = error.data.error;
  if (code === 'ratelimited' || code === 'rate_limited') return tryAgain('RateLimited', `${asked}: Slack's limit is reached`, { afterMs: minuteMs });
  // The client takes a page that something in between answers with for Slack's error.
  const inBetween = !/^[a-z_]+$/.test(code);
  if (inBetween || passing.has(code)) return tryAgain('Unavailable', `${asked}: Slack says ${code.slice(0, 200)}`);
  const remedy = remedies[code];
  const answer = { reason: code };
  return remedy ? neverRetry('PermissionDenied', `${asked}: Slack says ${code}: ${remedy}`, answer) : neverRetry('InvalidInput', `${asked}: Slack says ${code}`, answer);
}

export function isMissingThread(error: unknown): boolean {
  return isSlackError(error) && error.code === ErrorCode.PlatformError && error.data.error === 'thread_not_found';
}

function isSlackError(error: unknown): error is WebAPICallError {
  return error instanceof Error && 'code' in error && Object.values(ErrorCode).includes(error.code as ErrorCode);
}
