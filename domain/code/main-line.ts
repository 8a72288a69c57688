import type { Sha } from './commit.ts';

/** What is known of a branch's commits. */
export interface Ancestry {
  /** Of each commit that has been read. */
  readonly parents: ReadonlyMap<Sha, readonly Sha[]>;
  /** What the branch pointed to before each of its heads, as far as the forge tells. */
  readonly previous: ReadonlyMap<Sha, Sha>;
}

/** How the main line goes on below a commit, by what has been read. */
export type Below =
  | { readonly kind: 'commit'; readonly sha: Sha }
  | { readonly kind: 'root' }
  /** The branch pointed to `before` last, and first parents don't lead there as far as they have been read. */
  | { readonly kind: 'unclear'; readonly before: Sha };

/**
 * A branch goes back by first parents. Where it pointed to another parent before, as after a merge of the branch into what was then
 * pushed to it, that one is where it comes from: the first parent's line is a merged side branch.
 */
export function below(sha: Sha, { parents, previous }: Ancestry): Below {
  const [first, ...others] = parents.get(sha) ?? [];
  if (first === undefined) return { kind: 'root' };
  const before = previous.get(sha);
  if (before === undefined || before === first) return { kind: 'commit', sha: first };
  if (others.includes(before)) return { kind: 'commit', sha: before };
  const walked = firstParents(first, parents);
  return walked.includes(before) ? { kind: 'commit', sha: first } : { kind: 'unclear', before };
}

/** Whether first parents lead from a commit to the one before its push, by the parents of those that the push has brought. */
export function leadsTo(before: Sha, sha: Sha, brought: Ancestry['parents']): boolean {
  return firstParents(sha, brought).at(-1) === before;
}

/** A commit and its first parents, as far as they have been read, and the first that has not. */
function firstParents(sha: Sha, parents: Ancestry['parents']): readonly Sha[] {
  const line = [sha];
  for (let next = parents.get(sha)?.[0]; next !== undefined; next = parents.get(next)?.[0]) line.push(next);
  return line;
}
