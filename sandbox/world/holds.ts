export type Resolution = 'drop' | 'apply';

export interface Held {
  readonly id: string;
  readonly key: string;
  readonly nth: number;
  readonly when: 'before' | 'after';
}

export interface Holds {
  /** Resolves when somebody decides; a held request outlives its client. */
  hold(held: Omit<Held, 'id'>): Promise<Resolution>;
  /** @returns false when there is no such hold. */
  resolve(id: string, resolution: Resolution): boolean;
  list(): readonly Held[];
  /** Resolves at once if something is held, else with the first hold or after `waitMs`. */
  listWithin(waitMs: number): Promise<readonly Held[]>;
  dropAll(): void;
}

export function createHolds(): Holds {
  const held = new Map<string, { readonly held: Held; readonly settle: (resolution: Resolution) => void }>();
  const waiters = new Set<() => void>();
  let last = 0;

  function list(): readonly Held[] {
    return [...held.values()].map((one) => one.held);
  }

  function resolve(id: string, resolution: Resolution): boolean {
    const one = held.get(id);
    held.delete(id);
    one?.settle(resolution);
    return one !== undefined;
  }

  return {
    hold(request) {
      const id = String((last += 1));
      return new Promise((settle) => {
        held.set(id, { held: { id, ...request }, settle });
        for (const wake of waiters) wake();
      });
    },
    resolve,
    list,
    async listWithin(waitMs) {
      if (held.size === 0 && waitMs > 0) await untilWoken(waiters, waitMs);
      return list();
    },
    dropAll() {
      for (const id of held.keys()) resolve(id, 'drop');
    },
  };
}

function untilWoken(waiters: Set<() => void>, waitMs: number): Promise<void> {
  return new Promise((resolve) => {
    const wake = (): void => {
      clearTimeout(timer);
      waiters.delete(wake);
      resolve();
    };
    const timer = setTimeout(wake, waitMs);
    waiters.add(wake);
  });
}
