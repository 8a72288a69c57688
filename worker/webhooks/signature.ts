import { verifyWithFallback } from '@octokit/webhooks-methods';

/** The secret that a sender signs with, and while it is being changed also the one before. */
export interface Secrets {
  readonly current: string;
  readonly previous?: string | undefined;
}

/** Octokit verifies texts. A lenient decoder would give several bodies one text, so that a forged one could pass for the signed one. */
const exact = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The text of a body that its sender has signed (HMAC SHA-256, compared in constant time); undefined for any other.
 *
 * @param signature its header: X-Hub-Signature-256 of GitHub, X-Hub-Signature of Jira
 */
export async function signedText(body: Uint8Array, signature: unknown, { current, previous }: Secrets): Promise<string | undefined> {
  if (typeof signature !== 'string' || !/^sha256=[0-9a-f]{64}$/.test(signature)) return undefined;
  const text = decoded(body);
  if (!text) return undefined;
  return (await verifyWithFallback(current, text, signature, previous === undefined ? [] : [previous])) ? text : undefined;
}

function decoded(body: Uint8Array): string | undefined {
  try {
    return exact.decode(body);
  } catch {
    return undefined;
  }
}
