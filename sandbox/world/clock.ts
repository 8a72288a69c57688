/** The time and the timers of one world; no timer outlives it. */
export interface Clock {
  /** The present time in GitHub's form: UTC, whole seconds. */
  now(): string;
  after(ms: number, act: () => Promise<unknown> | void): void;
  sleep(ms: number): Promise<void>;
  /** Lets time pass at once: what is due by then happens in its order. */
  advance(ms: number): void;
  stop(): void;
}

interface Timer {
  readonly due: number;
  readonly fire: () => void;
  handle: NodeJS.Timeout;
}

export function createClock(): Clock {
  const timers = new Set<Timer>();
  /** How much more time has passed here than outside, in ms. */
  let ahead = 0;

  function after(ms: number, act: () => Promise<unknown> | void): void {
    const fire = (): void => {
      timers.delete(timer);
      Promise.resolve(act()).catch((error: unknown) => console.error('a timed act of the sandbox failed:', error));
    };
    const timer: Timer = { due: Date.now() + ahead + ms, fire, handle: setTimeout(fire, ms) };
    timers.add(timer);
  }

  return {
    now: () => isoSeconds((Date.now() + ahead) / 1000),
    after,
    sleep: (ms) => new Promise((resolve) => after(ms, resolve)),
    advance(ms) {
      ahead += ms;
      for (const timer of [...timers].toSorted((one, other) => one.due - other.due)) {
        clearTimeout(timer.handle);
        timer.handle = setTimeout(timer.fire, Math.max(0, timer.due - ahead - Date.now()));
      }
    },
    stop() {
      for (const { handle } of timers) clearTimeout(handle);
      timers.clear();
    },
  };
}

/** `2024-05-06T07:08:09Z` for a Unix time in seconds. */
export function isoSeconds(seconds: number): string {
  return new Date(Math.floor(seconds) * 1000).toISOString().replace('.000Z', 'Z');
}
