import type { Sha } from '../../domain/code/commit.ts';
import type { Repository } from '../../domain/code/repository.ts';

export interface Tags {
  /** The commit that a tag stands on, annotated or not. */
  find(repository: Repository, tag: string): Promise<Sha | undefined>;
  /** The tags whose names begin so. Without `sha` a tag has a message of its own: its commit must be found. */
  list(repository: Repository, prefix: string): Promise<readonly { readonly name: string; readonly sha?: Sha }[]>;
  /** A tag without a message. Fails with `Conflict` when there is one of that name, wherever it stands: tags don't move. */
  create(repository: Repository, tag: string, sha: Sha): Promise<void>;
}
