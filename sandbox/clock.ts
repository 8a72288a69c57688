/** The timers of one world; none outlives it. */
export interface Clock {
  /** The present time in GitHub's form: UTC, whole seconds. */
  now(): string;
  after(ms: number, act: () => Promise<unknown> | void): void;
  sleep(ms: number): Promise<void>;
  stop(): void;
}

export function createClock(): Clock {
  const timers = new Set<NodeJS.Timeout>();

  function after(ms: number, act: () => Promise<unknown> | void): void {
    const timer = setTimeout(() => {
      timers.delete(timer);
      Promise.resolve(act()).catch((error: unknown) => console.error('a timed act of the sandbox failed:', error));
    }, ms);
    timers.add(timer);
  }

  return {
    now: () => isoSeconds(Date.now() / 1000),
    after,
    sleep: (ms) => new Promise((resolve) => after(ms, resolve)),
    stop() {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };
}

/** `2024-05-06T07:08:09Z` for a Unix time in seconds. */
export function isoSeconds(seconds: number): string {
  return new Date(Math.floor(seconds) * 1000).toISOString().replace('.000Z', 'Z');
}
