import type { Sha } from '../../domain/code/commit.ts';
import type { Repository } from '../../domain/code/repository.ts';
import { releaseTrailer } from '../../domain/code/trailer.ts';
import { missing } from '../../ports/failures.ts';
import type { Commits } from '../../ports/forge/commits.ts';

/** The release that made a commit which is there, by its trailer. */
export async function releaseOf({ change }: Commits, repository: Repository, sha: Sha): Promise<string | undefined> {
  const found = await change(repository, sha);
  if (!found) throw missing(`${repository} does not show the commit ${sha}`);
  return releaseTrailer(found.message);
}
