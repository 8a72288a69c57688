import { canonicalText } from './canonical-text.ts';
import { createClock } from './clock.ts';
import { createFaults } from './faults.ts';
import { createLimits } from './github/limits.ts';
import { createDeliveries } from './github/webhooks.ts';
import { createHolds } from './holds.ts';
import { createJournal } from './journal.ts';
import { createOutcomes } from './outcomes.ts';
import { createReplicas } from './replicas.ts';
import { ReplyLost } from './exchange.ts';
import { FaultReply } from './fault-reply.ts';
import type { Clock } from './clock.ts';
import type { Action, Faults, Occasion } from './faults.ts';
import type { Consequences } from './github/consequences.ts';
import type { App, InstallationToken } from './github/apps.ts';
import type { Limits } from './github/limits.ts';
import type { Deliveries } from './github/webhooks.ts';
import type { Repository } from './github/repository.ts';
import type { User } from './github/users.ts';
import type { Gcs } from './gcs/emulator.ts';
import type { Features, Hundred } from './gitlab/gates.ts';
import type { HealthState } from './health.ts';
import type { Holds } from './holds.ts';
import type { Journal } from './journal.ts';
import type { Replicas } from './replicas.ts';
import type { Outcomes } from './outcomes.ts';
import type { Channel } from './slack/channels.ts';

/** Everything a client can read back. Plain data, so that a lagging replica is a copy of it. */
export interface WorldState {
  /** By `owner/name`. */
  readonly repositories: Map<string, Repository>;
  /** By name, without `#`. */
  readonly channels: Map<string, Channel>;
  /** What the last successful deployment put on each environment. */
  readonly environments: Map<string, { repository: string; sha: string }>;
  /** Feature flags, by GitLab. */
  readonly features: Map<string, Features>;
}

export interface RequestRecord {
  readonly at: string;
  readonly method: string;
  readonly route: string;
  readonly path: string;
  readonly status: number;
  readonly operation: string;
  readonly conditional: boolean;
  /** The login behind the token; never the token. */
  readonly credential: string;
}

export interface World {
  readonly name: string;
  readonly url: string;
  readonly dir: string;
  readonly latencyMs: { ci: number; run: number; deployment: number };
  readonly state: WorldState;
  readonly users: Map<string, User>;
  /** Logins of the members, by `org/team`. */
  readonly teams: Map<string, readonly string[]>;
  /** By the number of their installation. */
  readonly apps: Map<number, App>;
  readonly installationTokens: Map<string, InstallationToken>;
  readonly gitlab: { hundred: Hundred };
  readonly gcs: Gcs;
  readonly health: Map<string, HealthState>;
  readonly consequences: Consequences;
  readonly outcomes: Outcomes;
  readonly limits: Limits;
  readonly webhooks: Deliveries;
  readonly requests: RequestRecord[];
  readonly violations: unknown[];
  readonly clock: Clock;
  readonly journal: Journal;
  readonly faults: Faults;
  readonly holds: Holds;
  readonly replicas: Replicas;
  nextId(): number;
  /** Runs acts that change the world one at a time. Not reentrant. */
  exclusively<T>(act: () => Promise<T> | T): Promise<T>;
}

/** What a write would do, decided on the present state and without changing it. */
export type Plan<T> =
  | { readonly kind: 'unchanged'; readonly value: T }
  | {
      readonly kind: 'effect';
      readonly keys: readonly string[];
      commit(): Promise<T> | T;
      /** Which of the keys were applied in the end; all, if not given. */
      applied?(value: T): readonly string[];
    };

/** Where a write came in: for the journal, and for the reads that lag behind it. */
export interface Origin {
  readonly method: string;
  readonly route: string;
  /** The reads that see this write, e.g. `gitlab-org/gitlab pulls`. */
  readonly scope: string;
}

export function unchanged<T>(value: T): Plan<T> {
  return { kind: 'unchanged', value };
}

export function effect<T>(key: string, commit: () => Promise<T> | T): Plan<T> {
  return { kind: 'effect', keys: [key], commit };
}

/**
 * The one way to change the world for a client: plan, suffer the fault that is meant for this write, plan again on what is
 * true by then, commit, journal.
 * @throws ReplyLost or FaultReply when a fault takes the reply; whatever `plan` throws to refuse the write.
 */
export async function write<T>(world: World, origin: Origin, plan: () => Promise<Plan<T>> | Plan<T>): Promise<T> {
  const attempt = await world.exclusively(async () => {
    const planned = await plan();
    const fault = planned.kind === 'effect' && world.faults.forWrite(occasions(world, planned.keys));
    return fault ? { fault } : { value: await apply(world, origin, planned) };
  });
  if ('value' in attempt) return attempt.value;
  return suffer(world, attempt.fault, origin.scope, () =>
    world.exclusively(async () => apply(world, origin, await plan())),
  );
}

/** Lets a fault happen around an act. */
export async function suffer<T>(
  world: World,
  { action, occasion }: { action: Action; occasion: Occasion },
  scope: string,
  act: () => Promise<T>,
): Promise<T> {
  switch (action.kind) {
    case 'fail':
    case 'rateLimit':
      throw new FaultReply(action);
    case 'delay':
      await world.clock.sleep(action.ms);
      return act();
    case 'hold':
      if ((await world.holds.hold({ ...occasion, when: action.when })) === 'apply') await act();
      throw new ReplyLost('reset');
    case 'applyThen':
      await act();
      if (typeof action.reply === 'object') throw new FaultReply({ kind: 'fail', status: action.reply.status });
      throw new ReplyLost(action.reply);
    case 'staleReads':
      world.replicas.fallBehind(scope, action.seconds);
      return act();
  }
}

export function createWorld(options: Pick<World, 'name' | 'url' | 'dir' | 'latencyMs' | 'consequences' | 'gcs'>): World {
  const state: WorldState = { repositories: new Map(), channels: new Map(), environments: new Map(), features: new Map() };
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

async function apply<T>(world: World, { method, route }: Origin, plan: Plan<T>): Promise<T> {
  if (plan.kind === 'unchanged') return plan.value;
  const value = await plan.commit();
  for (const key of plan.applied?.(value) ?? plan.keys) world.journal.record({ key: canonicalText(key, world.url), method, route });
  return value;
}

function occasions(world: World, keys: readonly string[]): Occasion[] {
  return keys.map((key) => canonicalText(key, world.url)).map((key) => ({ key, nth: world.journal.nextNth(key) }));
}
