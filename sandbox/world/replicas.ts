import type { Replicas, WorldState } from './state.ts';

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
