import { setTimeout as sleep } from 'node:timers/promises';
import { tryAgain } from '../../../failures.ts';

/**
 * Gives the writes of one connection their turns, `intervalMs` apart. Who would wait for longer than `patienceMs` is sent
 * away instead: a write that starts when its activity has timed out already would be one too many.
 */
export function writePace({ intervalMs, patienceMs }: { readonly intervalMs: number; readonly patienceMs: number }): () => Promise<void> {
  let free = 0;
  return async () => {
    const now = performance.now();
    const waitMs = Math.ceil(Math.max(0, free - now));
    if (waitMs > patienceMs) throw tryAgain('RateLimited', 'too many writes to GitHub are waiting for their turn', { afterMs: waitMs });
    free = Math.max(free, now) + intervalMs;
    if (waitMs > 0) await sleep(waitMs);
  };
}
