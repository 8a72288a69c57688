import type { Sha } from '../../domain/code/commit.ts';
import type { Repository } from '../../domain/code/repository.ts';

export interface Deployment {
  readonly id: number;
  readonly url: string;
  readonly state: 'running' | 'succeeded' | 'failed';
  /** Those of whom one has to let it go on, while it waits for that. */
  readonly waitsFor?: readonly string[];
}

export interface NewDeployment {
  readonly environment: string;
  readonly sha: Sha;
  /** By which it is found again. */
  readonly key: string;
  readonly payload: Readonly<Record<string, number>>;
}

/** A deployment that went well, whoever started it. */
export interface Success {
  readonly name: string;
  /** ISO 8601 */
  readonly at: string;
}

export interface Deployments {
  /** The deployments of `sha` to `environment` whose task is `key`, oldest first: more than one should there never be. */
  carrying(repository: Repository, environment: string, sha: Sha, key: string): Promise<readonly Deployment[]>;
  /** `payload` is for whoever carries it out. */
  create(repository: Repository, wanted: NewDeployment): Promise<Deployment>;
  /** Says of one that it is not to be carried out, or not to its end. */
  retire(repository: Repository, id: number, why: string): Promise<void>;
  get(repository: Repository, id: number): Promise<Deployment>;
  /** The newest deployment to `environment` that succeeded, whoever deployed it: its commit, and when it had succeeded (ISO 8601). */
  current(repository: Repository, environment: string): Promise<{ readonly sha: Sha; readonly at: string } | undefined>;
  /** The newest deployments to `environment` that succeeded, by their tasks, newest first. */
  succeeded(repository: Repository, environment: string): Promise<readonly Success[]>;
}
