import { ActivityFailure, RetryState } from '@temporalio/common';
import { CancellationScope, condition, isCancellation } from '@temporalio/workflow';

/** Waits for `body`, unless there is news first: then `body` is called off. It must do nothing but look. */
export async function unless<T, News>(body: () => Promise<T>, news: () => News | undefined): Promise<T | News> {
  const scope = new CancellationScope();
  try {
    return await scope.run(() => Promise.race([body(), condition(() => news() !== undefined).then(() => news()!)]));
  } finally {
    scope.cancel();
  }
}

/** What comes first of two that only look: the other one is called off. */
export async function firstOf<One, Other>(one: () => Promise<One>, other: () => Promise<Other>): Promise<One | Other> {
  const scope = new CancellationScope();
  const both = [scope.run(one), scope.run(other)] as const;
  try {
    return await Promise.race(both).finally(() => scope.cancel());
  } catch (failure) {
    // An attempt that is in the air must not outlive the release.
    await Promise.allSettled(both);
    throw failure;
  }
}

/** Undefined when it took longer than `ms`, and was called off. */
export async function withinTime<T>(ms: number, body: () => Promise<T>): Promise<T | undefined> {
  return (await ran(new CancellationScope({ cancellable: true, timeout: ms }), body))?.value;
}

/** Runs `body`, and something else for as long as that takes. A failure of it is one of the whole; its end is none. */
export async function alongside<T>(meanwhile: () => Promise<void>, body: () => Promise<T>): Promise<T> {
  const scope = new CancellationScope();
  const failed = new Promise<never>((_, fail) => {
    scope.run(meanwhile).catch((failure: unknown) => {
      if (!isInterruption(failure)) fail(failure as Error);
    });
  });
  try {
    return await Promise.race([failed, body()]);
  } finally {
    scope.cancel();
  }
}

export type Callable = ReturnType<typeof callable>;

/** Runs what may be called off from elsewhere, as often as one likes. */
export function callable() {
  const running = new Set<CancellationScope>();
  return {
    callOff: () => running.forEach((scope) => scope.cancel()),
    /** @returns undefined if it was called off. What it has come to nevertheless counts. */
    async run<T>(body: () => Promise<T>): Promise<{ readonly value: T } | undefined> {
      const scope = new CancellationScope();
      running.add(scope);
      try {
        return await ran(scope, body);
      } finally {
        running.delete(scope);
      }
    },
  };
}

/** Undefined if the scope itself was called off, and not what it is in. */
async function ran<T>(scope: CancellationScope, body: () => Promise<T>): Promise<{ readonly value: T } | undefined> {
  try {
    return { value: await scope.run(body) };
  } catch (failure) {
    const calledOff = scope.consideredCancelled && !CancellationScope.current().consideredCancelled;
    if (calledOff && isInterruption(failure)) return undefined;
    throw failure;
  }
}

/**
 * Whether a failure is due to a cancellation: also that of an activity whose attempt was in the air, and whose own failure would
 * have been tried again otherwise. Such an activity fails; the server does not call it cancelled.
 */
export function isInterruption(failure: unknown): boolean {
  return isCancellation(failure) || (failure instanceof ActivityFailure && failure.retryState === RetryState.CANCEL_REQUESTED);
}
