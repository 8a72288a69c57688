import type { World } from '../world/state.ts';

export interface GivenApplication {
  readonly name: string;
  readonly images?: readonly string[] | undefined;
  readonly rollouts?: readonly string[] | undefined;
  readonly health?: string | undefined;
  readonly synced?: boolean | undefined;
  readonly busy?: boolean | undefined;
}

/** What happens without Slipway: it is in no journal. */
export function putApplication(world: World, { name, images, rollouts, health, synced, busy }: GivenApplication): void {
  const known = world.state.applications.get(name);
  const startedAt = world.clock.now();
  world.state.applications.set(name, {
    name,
    images: images ?? known?.images ?? [],
    health: health ?? known?.health ?? 'Healthy',
    synced: synced ?? known?.synced ?? true,
    operation: busy === undefined ? known?.operation : { phase: busy ? 'Running' : 'Succeeded', startedAt },
    rollouts: new Map([...(known?.rollouts ?? []), ...(rollouts ?? []).map((rollout) => [rollout, undefined] as const)]),
  });
}
