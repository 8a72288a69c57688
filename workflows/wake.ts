import { CancellationScope, setHandler } from '@temporalio/workflow';
import { isInterruption } from './interruption.ts';
import { wake } from './messages.ts';

/**
 * Lets news from outside end the pause between two looks of a poll. A wake that comes while an attempt is under way makes it look
 * once more afterwards; any number of them, once. What an attempt has found is kept, even if it was woken at that moment.
 */
export function openWake() {
  const looking = new Set<CancellationScope>();

  setHandler(wake, () => looking.forEach((scope) => scope.cancel()), {
    description: 'Looks at once for what the release waits for, instead of at the next poll. For example {"about":"the pipeline has ended"}',
  });

  return async function wakeable<T>(poll: () => Promise<T>): Promise<T> {
    for (;;) {
      const scope = new CancellationScope();
      looking.add(scope);
      try {
        return await scope.run(poll);
      } catch (failure) {
        const woken = scope.consideredCancelled && !CancellationScope.current().consideredCancelled;
        if (!woken || !isInterruption(failure)) throw failure;
      } finally {
        looking.delete(scope);
      }
    }
  };
}

export type Wakeable = ReturnType<typeof openWake>;
