import type { WorldState } from './world.ts';

/** Reads that lag behind writes, as GitHub's do. */
export interface Replicas {
  /** From now on, for so many seconds, reads of this scope see the state of this moment. */
  fallBehind(scope: string, seconds: number): void;
  /** What a read of this scope sees now. */
  view(scope: string): WorldState;
}

export function createReplicas(live: WorldState): Replicas {
  const lagging = new Map<string, { readonly until: number; readonly state: WorldState }>();

  return {
    fallBehind(scope, seconds) {
      lagging.set(scope, { until: Date.now() + seconds * 1000, state: structuredClone(live) });
    },
    view(scope) {
      const replica = lagging.get(scope);
      if (replica === undefined) return live;
      if (Date.now() < replica.until) return replica.state;
      lagging.delete(scope);
      return live;
    },
  };
}
