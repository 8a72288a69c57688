export interface PacedAct {
  /** Acts of one key are one after another, and those that wait are one. */
  readonly key: string;
  /** Whose share it counts against. */
  readonly group: string;
  /** Must not fail. */
  readonly act: () => Promise<void>;
}

export interface BurstPace {
  /** How often a key may act at once, after it has been quiet. */
  readonly burst: number;
  /** How often it may act from then on: once in so many ms. */
  readonly everyMs: number;
  /** How many keys are kept in mind; more are turned away. */
  readonly limit: number;
  /** How many of these may belong to one group. */
  readonly share?: number;
}

interface Key {
  readonly group: string;
  /** When its burst is whole again, in ms since the epoch. */
  wholeAt: number;
  busy: boolean;
  next: PacedAct | undefined;
}

/**
 * Acts at once where the pace allows it, and as soon as it does otherwise: the last act of a key always begins after the last time
 * that it was asked for. Answers false when there is no room.
 */
export function paced({ burst, everyMs, limit, share = limit }: BurstPace): (turn: PacedAct) => boolean {
  const keys = new Map<string, Key>();
  const sizes = new Map<string, number>();

  function enter({ key, group }: PacedAct): Key | undefined {
    if (keys.size >= limit || (sizes.get(group) ?? 0) >= share) forgetQuiet();
    if (keys.size >= limit || (sizes.get(group) ?? 0) >= share) return undefined;
    const entered: Key = { group, wholeAt: 0, busy: false, next: undefined };
    keys.set(key, entered);
    sizes.set(group, (sizes.get(group) ?? 0) + 1);
    return entered;
  }

  function forgetQuiet(): void {
    for (const [key, { group, busy, wholeAt }] of keys) {
      if (busy || wholeAt > Date.now()) continue;
      keys.delete(key);
      sizes.set(group, sizes.get(group)! - 1);
    }
  }

  async function run(key: Key): Promise<void> {
    key.busy = true;
    while (key.next) {
      await until(key.wholeAt - (burst - 1) * everyMs);
      const { act } = key.next;
      key.next = undefined;
      key.wholeAt = Math.max(key.wholeAt, Date.now()) + everyMs;
      await act();
    }
    key.busy = false;
  }

  return (turn) => {
    const key = keys.get(turn.key) ?? enter(turn);
    if (!key) return false;
    key.next = turn;
    if (!key.busy) void run(key);
    return true;
  };
}

async function until(time: number): Promise<void> {
  const ms = time - Date.now();
  // Nothing that waits here is worth keeping a process alive for.
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms).unref());
}
