import { canonicalText } from './canonical-text.ts';
import { ReplyLost } from './exchange.ts';
import { FaultReply } from './fault-reply.ts';
import type { Action, Occasion } from '../world/faults.ts';
import type { World } from '../world/state.ts';

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
    case 'swallow':
      return undefined as T;
    case 'staleReads':
      world.replicas.fallBehind(scope, action.seconds);
      return act();
  }
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
