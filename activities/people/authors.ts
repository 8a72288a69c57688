import type { Sha } from '../../domain/code/commit.ts';
import type { Repository } from '../../domain/code/repository.ts';
import type { Ports } from '../../ports/ports.ts';

export function createAuthors({ forge }: Pick<Ports, 'forge'>) {
  /** Logins and names of who wrote the commits that are in `to` and not in `from`; without one, the commit `to`. */
  async function authors({ repository, from, to }: { readonly repository: Repository; readonly from?: Sha; readonly to: Sha }): Promise<string[]> {
    const commits = from === undefined ? [await forge.commits.find(repository, to)].filter((commit) => commit !== undefined) : (await forge.commits.range(repository, from, to)).commits;
    return [...new Set(commits.flatMap(({ author, login }) => [author, ...(login ? [login] : [])]))];
  }

  return { authors };
}
