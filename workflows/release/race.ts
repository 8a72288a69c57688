import { CancellationScope, condition } from '@temporalio/workflow';

/** Waits for `body`, unless there is news first: then `body` is cancelled. It must do nothing but look. */
export async function unless<T, News>(body: () => Promise<T>, news: () => News | undefined): Promise<T | News> {
  const scope = new CancellationScope();
  try {
    return await scope.run(() => Promise.race([body(), condition(() => news() !== undefined).then(() => news()!)]));
  } finally {
    scope.cancel();
  }
}
