import { Octokit } from '@octokit/rest';
import { neverRetry, tryAgain } from '../../../failures.ts';
import type { Repository } from '../../../../domain/code/repository.ts';
import { conditional } from './conditional-requests.ts';
import { githubFailure, limitedByGraphql } from './failures.ts';
import { quietTime } from './quiet-time.ts';
import { asFetch, silence, within } from './request.ts';
import { writePace } from './write-pace.ts';

export type GitHub = Octokit;

/** Or a way to get it, which is asked before every request, and told which one GitHub did not accept: an app's token lives for an hour. */
export type Token = string | ((refused?: string) => string | Promise<string>);

export interface GitHubSettings {
  /** Root of the REST API: another one for GitHub Enterprise Server. */
  readonly baseUrl?: string | undefined;
  readonly token: Token;
  /** Whether GitHub signs what it commits for this account, as it does for apps. */
  readonly signs?: boolean | undefined;
  /** Longest wait for one answer, in ms. Keep it below the time that an attempt of an activity has. */
  readonly timeoutMs?: number | undefined;
  /** Between the starts of two writes, in ms. GitHub asks for at least a second (best practices of its REST API). */
  readonly writeIntervalMs?: number | undefined;
}

/**
 * Octokit as Slipway needs it: it never sends a request twice, waits `timeoutMs` at most (Octokit itself waits for ever),
 * asks conditionally, keeps quiet when GitHub asks for it, and fails with ApplicationFailures only.
 */
export function githubClient({ baseUrl, token, timeoutMs = 20_000, writeIntervalMs = 1_000 }: GitHubSettings): GitHub {
  const octokit = new Octokit({
    ...(baseUrl && { baseUrl }),
    userAgent: 'slipway',
    log: silence,
    request: { fetch: asFetch(conditional(within(timeoutMs))) },
  });
  const quiet = quietTime();
  const turn = writePace({ intervalMs: writeIntervalMs, patienceMs: timeoutMs });
  let refused: string | undefined;
  octokit.hook.before('request', async (options) => {
    options.headers['x-github-api-version'] = '2022-11-28';
    options.headers.authorization = `token ${typeof token === 'string' ? token : await token(refused)}`;
    quiet.respect();
    if (options.method !== 'GET') await turn();
  });
  octokit.hook.after('request', ({ status, headers, data, url }) => {
    if (status >= 300 && !isElsewhere(headers.location, url)) throw neverRetry('InvalidInput', `GitHub has moved what was to be written, to ${headers.location}: correct the catalog`);
    if (status >= 300 || (status !== 204 && typeof data === 'string')) throw new Error('not the API, but something in between has answered');
    const limited = limitedByGraphql(data, headers as Readonly<Record<string, string | undefined>>);
    if (!limited) return;
    const failure = tryAgain('RateLimited', `GitHub answered: ${limited.reason}`, { afterMs: limited.ms });
    quiet.note(failure);
    throw failure;
  });
  octokit.hook.error('request', (error, { method, url, headers }) => {
    if ('status' in error && error.status === 401) refused = headers.authorization?.replace(/^token /, '');
    const failure = githubFailure(error, { method, url });
    if (failure !== error) quiet.note(failure);
    throw failure;
  });
  return octokit;
}

/** A proxy redirects to its own host; GitHub, for a repository that was renamed, within its API. */
function isElsewhere(location: string | undefined, url: string): boolean {
  return location === undefined || new URL(location, url).origin !== new URL(url).origin;
}

export function at(repository: Repository): { owner: string; repo: string } {
  const [owner, repo, ...more] = repository.split('/');
  if (!owner || !repo || more.length > 0) throw neverRetry('InvalidInput', `"${repository}" is not a repository: it must be "owner/name"`);
  return { owner, repo };
}
