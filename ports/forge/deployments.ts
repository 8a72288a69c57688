import type { Sha } from '../../domain/code/commit.ts';
import type { Repository } from '../../domain/code/repository.ts';

export interface Deployment {
  readonly id: number;
  readonly url: string;
  readonly state: 'running' | 'succeeded' | 'failed';
}

/** A deployment that went well, whoever started it. */
export interface Success {
  readonly name: string;
  /** ISO 8601 */
  readonly at: string;
}

export interface Deployments {
  /** The deployment of `sha` to `environment` whose task is `key`; the oldest, should there be several. */
  find(repository: Repository, environment: string, sha: Sha, key: string): Promise<Deployment | undefined>;
  create(repository: Repository, environment: string, sha: Sha, key: string): Promise<Deployment>;
  get(repository: Repository, id: number): Promise<Deployment>;
  /** The newest deployment to `environment` that succeeded, whoever deployed it: its commit, and when it had succeeded (ISO 8601). */
  current(repository: Repository, environment: string): Promise<{ readonly sha: Sha; readonly at: string } | undefined>;
  /** The newest deployments to `environment` that succeeded, by their tasks, newest first. */
  succeeded(repository: Repository, environment: string): Promise<readonly Success[]>;
}
