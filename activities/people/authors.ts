import type { Sha } from '../../domain/code/commit.ts';
import type { Repository } from '../../domain/code/repository.ts';
import type { Ports } from '../../ports/ports.ts';
import { readContents } from '../environments/contents.ts';

export interface Authorship {
  /** The repository of the commits. */
  readonly repository: Repository;
  /** What comes before them, as far as nobody knows better. */
  readonly from?: Sha;
  readonly to: Sha;
  /** Where they are to go: what that lacks counts, where it is known. */
  readonly there?: { readonly component: string; readonly environment: string; readonly repository: Repository };
}

export function createAuthors(ports: Pick<Ports, 'catalog' | 'forge' | 'environments'>) {
  const { commits } = ports.forge;
  const { versionThere } = readContents(ports);

  /** Logins and names of who wrote the commits that come with `to`; of that one alone, where nothing before it is known. */
  async function authors({ repository, from: planned, to, there }: Authorship): Promise<string[]> {
    const from = (there && (await versionThere(there.component, there))) ?? planned;
    const written = from === undefined || from === to ? [await commits.find(repository, to)].filter((commit) => commit !== undefined) : (await commits.range(repository, from, to)).commits;
    return [...new Set(written.flatMap(({ author, login }) => [author, ...(login ? [login] : [])]))];
  }

  return { authors };
}
