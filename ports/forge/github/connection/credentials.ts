import { createPrivateKey } from 'node:crypto';
import { z } from 'zod';
import { secret, settings } from '../../../adapter.ts';
import type { Variables } from '../../../adapter.ts';
import type { Token } from './client.ts';
import { installationToken } from './installation-token.ts';

const privateKey = z
  .string()
  // In an environment it is often one line.
  .transform((pem) => pem.replaceAll('\\n', '\n'))
  .refine(isPrivateKey, 'is no private key in PEM');

/** The token of an app's installation or of an account, asked for before every request: both may be renewed while the process runs. */
export function credentials(environment: Variables, connection: { readonly baseUrl: string | undefined; readonly timeoutMs: number }): Exclude<Token, string> {
  const { GITHUB_APP_ID: appId, GITHUB_APP_INSTALLATION_ID: installationId, GITHUB_APP_PRIVATE_KEY: key } = settings(environment, {
    GITHUB_APP_ID: z.string().min(1).optional(),
    GITHUB_APP_INSTALLATION_ID: z.coerce.number().int().positive().optional(),
    GITHUB_APP_PRIVATE_KEY: privateKey.optional(),
  });
  const token = secret(environment, 'GITHUB_TOKEN');
  if (appId === undefined && installationId === undefined && key === undefined) {
    if (!token) throw new Error('GITHUB_TOKEN: is missing; or GITHUB_APP_ID, GITHUB_APP_INSTALLATION_ID and GITHUB_APP_PRIVATE_KEY');
    return token;
  }
  if (token) throw new Error('GITHUB_TOKEN and GITHUB_APP_ID: one of them');
  if (appId === undefined || installationId === undefined || key === undefined) throw new Error('GITHUB_APP_ID, GITHUB_APP_INSTALLATION_ID and GITHUB_APP_PRIVATE_KEY: all three or none');
  return installationToken({ appId, installationId, privateKey: key }, connection);
}

function isPrivateKey(pem: string): boolean {
  try {
    return createPrivateKey(pem).type === 'private';
  } catch {
    return false;
  }
}
