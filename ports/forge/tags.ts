import type { Sha } from '../../domain/code/commit.ts';
import type { Repository } from '../../domain/code/repository.ts';

export interface Tags {
  /** The commit that a tag stands on, annotated or not. */
  find(repository: Repository, tag: string): Promise<Sha | undefined>;
}
