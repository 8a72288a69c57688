import { git } from '../../git/git.ts';
import { moveRef } from './refs.ts';
import { userNamed } from '../people/users.ts';
import type { Repository } from '../state.ts';
import type { World } from '../../world/state.ts';

/** Copies the branches of a canonical repository to the one that mirrors it, after its lag; an infinite lag is a stopped mirror. */
export async function followMirror(world: World, canonical: Repository): Promise<void> {
  if (canonical.mirror === undefined || canonical.mirror.lagMs === Infinity) return;
  if (canonical.mirror.lagMs === 0) return copyBranches(world, canonical);
  world.clock.after(canonical.mirror.lagMs, () => world.exclusively(() => copyBranches(world, canonical)));
}

async function copyBranches(world: World, canonical: Repository): Promise<void> {
  const mirror = world.state.repositories.get(canonical.mirror?.fullName ?? '');
  if (mirror === undefined) return;
  await git(mirror.gitDir, ['fetch', '--quiet', '--no-tags', canonical.gitDir, ...canonical.refs.values()]);
  const by = userNamed(world, 'mirror[bot]', 'Bot');
  for (const [ref, to] of canonical.refs) {
    if (ref.startsWith('refs/heads/') && mirror.refs.get(ref) !== to) await moveRef(world, mirror, { ref, to, by });
  }
}
