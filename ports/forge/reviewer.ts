import type { Sha } from '../../domain/code/commit.ts';
import type { Repository } from '../../domain/code/repository.ts';

/** Approves what the first identity has opened. */
export interface Reviewer {
  hasApproved(repository: Repository, number: number, sha: Sha): Promise<boolean>;
  approve(repository: Repository, number: number, sha: Sha): Promise<void>;
  login(): Promise<string>;
}
