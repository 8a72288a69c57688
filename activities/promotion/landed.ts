import type { Commit, Sha } from '../../domain/code/commit.ts';
import type { Repository } from '../../domain/code/repository.ts';
import type { Item } from '../../domain/promotion/pre-release.ts';
import type { Forge } from '../../ports/forge/forge.ts';
import type { LandedPullRequest } from '../../ports/forge/pull-requests.ts';

/** How many commits are asked for at once. */
const abreast = 8;

/** With the commits by which it came. */
export type LandedChange = LandedPullRequest & { readonly commits: readonly Sha[] };

export interface LandedChanges {
  readonly pulls: readonly LandedChange[];
  /** Commits that came without one. Merges of other branches are none. */
  readonly alone: readonly Commit[];
}

/** By which pull requests these commits came onto a branch: merged, squashed and rebased ones are mixed, so the forge is asked of each commit. */
export async function findLandings({ pullRequests }: Pick<Forge, 'pullRequests'>, repository: Repository, branch: string, commits: readonly Commit[]): Promise<LandedChanges> {
  const pulls = new Map<number, LandedChange>();
  const alone: Commit[] = [];
  for (let from = 0; from < commits.length; from += abreast) {
    const asked = commits.slice(from, from + abreast);
    const found = await Promise.all(asked.map(({ sha }) => pullRequests.landing(repository, sha, branch)));
    for (const [index, commit] of asked.entries()) {
      for (const pull of found[index]!) pulls.set(pull.number, { ...pull, commits: [...(pulls.get(pull.number)?.commits ?? []), commit.sha] });
      if (found[index]!.length === 0 && !/^Merge (branch|remote-tracking branch) /.test(commit.title)) alone.push(commit);
    }
  }
  return { pulls: [...pulls.values()], alone };
}

/** What a release brings, as people tick it off. */
export function itemsOf({ pulls, alone }: LandedChanges): Item[] {
  return [
    ...pulls.map(({ number, title, url, author }) => ({ name: `#${number}`, title, url, ...(author !== undefined && { author }) })),
    ...alone.map(({ sha, title, url, login }) => ({ name: shortName(sha), title, url, ...(login !== undefined && { author: login }) })),
  ];
}

/** As images are tagged with it. */
export function shortName(sha: Sha): string {
  return sha.slice(0, 7);
}
