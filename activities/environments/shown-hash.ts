import type { Sha } from '../../domain/code/commit.ts';
import { asSha } from '../../domain/code/commit.ts';
import { tryAgain } from '../../ports/failures.ts';

const hash = /\b[0-9a-f]{40}\b/;

/** The hash that a running service shows at an address, as GitLab's help page does: the first 40 hex digits there; undefined where it shows none. */
export async function readHash(url: string, { timeoutMs = 10_000 }: { readonly timeoutMs?: number } = {}): Promise<Sha | undefined> {
  const unavailable = (why: string) => tryAgain('Unavailable', `${url} does not tell what is deployed: ${why}`);
  const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(timeoutMs) }).catch((cause: Error) => {
    throw unavailable(cause.message);
  });
  if (response.status === 404) return undefined;
  if (!response.ok) throw unavailable(`it answered ${response.status}`);
  const [shown] = hash.exec(await response.text()) ?? [];
  return shown === undefined ? undefined : asSha(shown);
}
