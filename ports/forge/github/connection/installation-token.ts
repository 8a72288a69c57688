import { createAppAuth } from '@octokit/auth-app';
import { Octokit } from '@octokit/rest';
import { neverRetry } from '../../../failures.ts';
import { noteSecret } from '../../../renewed-secrets.ts';
import { githubFailure, refusal } from './failures.ts';
import { asFetch, silence, within } from './request.ts';

/** An app of GitHub's, where it is installed. */
export interface Installation {
  /** The app's number, or its client id. */
  readonly appId: string;
  readonly installationId: number;
  /** PEM. */
  readonly privateKey: string;
}

/** Of a token's life, after which the next one is got: what is sent with the old one has time to arrive. */
const renewedAfter = 0.8;

/**
 * A way to get the installation's token, which GitHub gives for an hour, and may revoke before.
 *
 * @throws `PermissionDenied` where GitHub gives none; else as every request to GitHub
 */
export function installationToken({ appId, installationId, privateKey }: Installation, { baseUrl, timeoutMs }: { readonly baseUrl: string | undefined; readonly timeoutMs: number }): (refused?: string) => Promise<string> {
  const { request } = new Octokit({ ...(baseUrl && { baseUrl }), userAgent: 'slipway', log: silence, request: { fetch: asFetch(within(timeoutMs)) } });
  const authenticate = createAppAuth({ appId, installationId, privateKey, request });
  let current = { token: '', until: 0 };

  async function renewed(): Promise<typeof current> {
    const now = Date.now();
    try {
      // The library's own cache would keep a token for 59 minutes, whatever GitHub says of its life.
      const { token, expiresAt } = await authenticate({ type: 'installation', refresh: true });
      noteSecret(token);
      return { token, until: now + renewedAfter * (Date.parse(expiresAt) - now) };
    } catch (error) {
      const failure = githubFailure(error, { method: 'POST', url: '/app/installations/{installation_id}/access_tokens' });
      const refused = refusal(failure);
      // Without its status: that nothing is installed there does not say that what was asked for is missing.
      throw refused && refused.status !== 401 ? neverRetry('PermissionDenied', `GitHub gives the app ${appId} no token for its installation ${installationId}: ${refused.reason}`, { reason: refused.reason }) : failure;
    }
  }

  return async (refused) => {
    if (Date.now() >= current.until || current.token === refused) current = await renewed();
    return current.token;
  };
}
