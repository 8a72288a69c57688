import type { Sha } from '../../domain/code/commit.ts';
import type { Check } from '../../domain/code/pipeline.ts';
import type { Repository } from '../../domain/code/repository.ts';

/** One run of CI for a commit. */
export interface PipelineRun {
  readonly id: number;
  /** Counted from 1. */
  readonly attempt: number;
  readonly state: 'running' | 'passed' | 'failed';
}

/** What CI says of a commit. */
export interface Pipelines {
  /** Of each workflow and event all jobs of the newest run, of each app the newest check of each name, of each status context the newest; and what is open without having any. */
  checks(repository: Repository, sha: Sha): Promise<readonly Check[]>;
  /** The newest runs of the workflows that a push or a pull request has started for a SHA, as far as the forge runs CI itself. */
  runs(repository: Repository, sha: Sha): Promise<readonly PipelineRun[]>;
  /** Runs the failed jobs of a run again, as its next attempt. `never`: it is too old, or of a kind that can't be. */
  rerunFailed(repository: Repository, run: number): Promise<void | 'never'>;
}
