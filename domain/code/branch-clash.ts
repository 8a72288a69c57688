import type { Repository } from './repository.ts';

/** A branch that the catalog names; `{version}` and the like stand for anything. */
export interface NamedBranch {
  readonly repository: Repository;
  readonly branch: string;
  /** Slipway makes it, and removes it: nobody else may have it. */
  readonly isOurs: boolean;
  /** "the base branch of gitaly" */
  readonly role: string;
}

/** Why a branch of Slipway's can't be there beside another one; undefined if it can. Git keeps no branch inside of what is one itself. */
export function branchClash(ours: NamedBranch, other: NamedBranch): string | undefined {
  if (!ours.isOurs || ours.repository.toLowerCase() !== other.repository.toLowerCase()) return undefined;
  const [mine, theirs] = [ours.branch, other.branch];
  if (mine === theirs) return `"${mine}" is ${other.role} already`;
  if (isInside(mine, theirs) || isInside(theirs, mine)) return `"${mine}" can't be there beside "${theirs}", ${other.role}: Git keeps no branch inside of another one`;
  return undefined;
}

/** Of a template only the folders before its first placeholder are known. */
function isInside(branch: string, folder: string): boolean {
  const [known = ''] = branch.split('{');
  return !folder.includes('{') && known.startsWith(`${folder}/`);
}
