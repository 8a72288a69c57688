/** One applied write. `key` names it without ids and times; `nth` counts the writes of that key. */
export interface Entry {
  readonly seq: number;
  readonly key: string;
  readonly nth: number;
  readonly method: string;
  readonly route: string;
  readonly at: string;
}

export interface Journal {
  readonly entries: readonly Entry[];
  /** The occurrence that the next write of this key would be. */
  nextNth(key: string): number;
  record(entry: Pick<Entry, 'key' | 'method' | 'route'>): Entry;
}

export function createJournal(): Journal {
  const entries: Entry[] = [];
  const counts = new Map<string, number>();

  function nextNth(key: string): number {
    return (counts.get(key) ?? 0) + 1;
  }

  return {
    entries,
    nextNth,
    record({ key, method, route }) {
      const nth = nextNth(key);
      counts.set(key, nth);
      const entry = { seq: entries.length + 1, key, nth, method, route, at: new Date().toISOString() };
      entries.push(entry);
      return entry;
    },
  };
}
