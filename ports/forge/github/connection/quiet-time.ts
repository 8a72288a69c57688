import { ApplicationFailure } from '@temporalio/common';
import { tryAgain } from '../../../failures.ts';

/**
 * Keeps a connection quiet for as long as GitHub has asked for. An activity that waits so long by itself may be started anew at any
 * moment, by a wake or a person, and the next one knows nothing of the limit.
 */
export function quietTime() {
  let until = 0;
  return {
    /** @throws `RateLimited` while it lasts, with what is left of it. */
    respect(): void {
      const leftMs = Math.ceil(until - performance.now());
      if (leftMs > 0) throw tryAgain('RateLimited', 'GitHub has asked to be left alone for a while', { afterMs: leftMs });
    },

    /** Takes note of what GitHub has answered. */
    note(failure: Error): void {
      if (!(failure instanceof ApplicationFailure) || failure.type !== 'RateLimited') return;
      until = Math.max(until, performance.now() + Number(failure.nextRetryDelay));
    },
  };
}
