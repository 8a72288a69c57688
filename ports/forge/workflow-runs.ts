import type { Sha } from '../../domain/code/commit.ts';
import type { Repository } from '../../domain/code/repository.ts';
import type { Deployment, Success } from './deployments.ts';

/** Runs of workflows that are started by hand, or by a dispatch. */
export interface WorkflowRuns {
  /** The runs of `workflow` whose names carry `key`, oldest first: more than one should there never be. */
  carrying(repository: Repository, workflow: string, key: string): Promise<readonly Deployment[]>;
  dispatch(repository: Repository, workflow: string, ref: string, inputs: Readonly<Record<string, string>>): Promise<void>;
  get(repository: Repository, id: number): Promise<Deployment>;
  /** Asks for the end of a run; one that has ended stays as it is. */
  cancel(repository: Repository, id: number): Promise<void>;
  /** The newest run of a workflow that was started at or after `since` (ISO 8601), whoever started it. */
  newest(repository: Repository, workflow: string, since: string): Promise<Deployment | undefined>;
  /** The newest run of a workflow that the push of a tag has started; where the tag was moved, by that commit. */
  ofTag(repository: Repository, workflow: string, tag: string, sha: Sha): Promise<Deployment | undefined>;
  /** The newest runs of `workflow` that succeeded, by their names, newest first. */
  succeeded(repository: Repository, workflow: string): Promise<readonly Success[]>;
}
