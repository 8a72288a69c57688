import { timeAfter } from '../../git/history.ts';
import { commit, writeObject } from '../../git/objects.ts';
import { signatureOf } from '../people/users.ts';
import type { Repository, User } from '../state.ts';

export interface NewMerge {
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: User;
  readonly message: string;
  /** Seconds after the time that follows from the parents. */
  readonly later?: number;
}

/** Writes a merge commit whose date follows from its parents, never from the clock. */
export async function writeMerge({ gitDir }: Repository, { tree, parents, author, message, later = 0 }: NewMerge): Promise<string> {
  const time = (await timeAfter(gitDir, parents)) + later;
  const committer = { name: 'GitHub', email: 'noreply@github.com', time };
  return writeObject(gitDir, commit({ tree, parents, author: signatureOf(author, time), committer, message }));
}
