import { createClock } from './clock.ts';
import { createFaults } from './faults.ts';
import { createLimits } from '../github/limits.ts';
import { createDeliveries } from '../github/webhooks.ts';
import { createHolds } from './holds.ts';
import { createJournal } from './journal.ts';
import { createOutcomes } from './outcomes.ts';
import { createReplicas } from './replicas.ts';
import type { World, WorldState } from './state.ts';

export function createWorld(options: Pick<World, 'name' | 'url' | 'dir' | 'latencyMs' | 'consequences' | 'gcs'>): World {
  const state: WorldState = { repositories: new Map(), channels: new Map(), environments: new Map(), features: new Map(), tickets: new Map(), applications: new Map() };
  const clock = createClock();
  let lastId = 1000;
  let queue: Promise<unknown> = Promise.resolve();

  return {
    ...options,
    state,
    users: new Map(),
    teams: new Map(),
    apps: new Map(),
    installationTokens: new Map(),
    gitlab: { hundred: 'percentage' },
    health: new Map(),
    requests: [],
    violations: [],
    clock,
    limits: createLimits(),
    webhooks: createDeliveries(clock),
    outcomes: createOutcomes(),
    journal: createJournal(),
    faults: createFaults(),
    holds: createHolds(),
    replicas: createReplicas(state),
    nextId: () => (lastId += 1),
    exclusively<T>(act: () => Promise<T> | T): Promise<T> {
      const turn = queue.then(act);
      queue = turn.catch(() => undefined);
      return turn;
    },
  };
}

