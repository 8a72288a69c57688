export interface AdaptiveLimit {
  /** Runs a task when there is room for it; its failure may narrow the room. */
  run<T>(task: () => Promise<T>): Promise<T>;
  /** How many tasks may run at once, now. */
  width(): number;
}

export interface LimitSettings {
  /** Tasks at once when all is well. */
  readonly most: number;
  /** Tells how an overloaded remote shows itself, and for how many ms it wants to be left alone. Undefined for other failures. */
  readonly overload: (failure: unknown) => { readonly pauseMs: number } | undefined;
}

/**
 * As many requests at once as the remote bears: halved when it complains, one more for each full round that went well.
 * (Additive increase, multiplicative decrease, as TCP does it.)
 */
export function adaptiveLimit({ most, overload }: LimitSettings): AdaptiveLimit {
  const waiting: (() => void)[] = [];
  let width = most;
  let running = 0;
  let resumeAt = 0;
  /** Tasks that started before the last narrowing complain about the width of then. */
  let epoch = 0;
  let timer: NodeJS.Timeout | undefined;

  function admit(): void {
    const pauseMs = resumeAt - Date.now();
    if (pauseMs > 0) {
      timer ??= setTimeout(() => {
        timer = undefined;
        admit();
      }, pauseMs);
      return;
    }
    while (waiting.length > 0 && running < Math.floor(width)) {
      running += 1;
      waiting.shift()?.();
    }
  }

  function narrow(pauseMs: number, since: number): void {
    resumeAt = Math.max(resumeAt, Date.now() + pauseMs);
    if (since !== epoch) return;
    epoch += 1;
    width = Math.max(1, Math.floor(width / 2));
  }

  return {
    width: () => Math.floor(width),
    async run(task) {
      await new Promise<void>((start) => {
        waiting.push(start);
        admit();
      });
      const since = epoch;
      try {
        const result = await task();
        width = Math.min(most, width + 1 / width);
        return result;
      } catch (failure) {
        const complaint = overload(failure);
        if (complaint) narrow(complaint.pauseMs, since);
        throw failure;
      } finally {
        running -= 1;
        admit();
      }
    },
  };
}
