import type { Sha } from '../../domain/code/commit.ts';
import type { Repository } from '../../domain/code/repository.ts';
import { releaseTrailer } from '../../domain/code/trailer.ts';
import type { Commits } from '../../ports/forge/commits.ts';

/** The release that made a commit, by its trailer. */
export async function releaseOf({ change }: Commits, repository: Repository, sha: Sha): Promise<string | undefined> {
  return releaseTrailer((await change(repository, sha))?.message);
}
