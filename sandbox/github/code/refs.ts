import { peelToCommit } from '../../git/history.ts';
import { setRef } from '../../git/refs.ts';
import type { Repository, User } from '../state.ts';
import type { World } from '../../world/state.ts';

/** Moves, makes or deletes a ref, with all that follows from it. */
export async function moveRef(world: World, repository: Repository, move: { ref: string; to: string | undefined; by: User }): Promise<void> {
  const from = repository.refs.get(move.ref);
  await setRef(repository.gitDir, move.ref, move.to);
  if (move.to === undefined) repository.refs.delete(move.ref);
  else repository.refs.set(move.ref, move.to);
  await world.consequences.refMoved(world, repository, { ...move, from });
}

/** The commit that a branch, tag, full ref or (short) object id names. */
export async function resolveCommit(repository: Repository, name: string): Promise<string | undefined> {
  const { refs, gitDir } = repository;
  const sha = refs.get(`refs/heads/${name}`) ?? refs.get(`refs/tags/${name}`) ?? refs.get(`refs/${name}`) ?? refs.get(name)
    ?? (name === 'HEAD' ? refs.get(`refs/heads/${repository.defaultBranch}`) : undefined)
    ?? (/^[0-9a-f]{7,40}$/.test(name) ? name : undefined);
  return sha === undefined ? undefined : peelToCommit(gitDir, sha);
}

export function refKey(repository: Repository, ref: string): string {
  return `ref ${repository.fullName} ${ref}`;
}
