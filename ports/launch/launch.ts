import type { Sha } from '../../domain/code/commit.ts';
import type { Repository } from '../../domain/code/repository.ts';
import type { Mechanism } from '../../domain/stages/rules.ts';
import type { Deployment, Success } from '../forge/deployments.ts';

export interface Target {
  /** From which it is deployed. */
  readonly repository: Repository;
  readonly branch: string;
  readonly environment: string;
  readonly sha: Sha;
  /** Business key, by which it is found again. */
  readonly key: string;
}

/** One try to start something. Whoever receives it can refuse what comes later than a newer one. */
export interface Fences {
  /** Of the grant of the environment; none where nobody else can want it. */
  readonly fence?: number;
  /** Rises with every try, by the clock of Temporal's server: ms since 1970. */
  readonly attempt: number;
}

/** What there has to be before anything can be started. */
export interface Requirement {
  readonly name: string;
  /** What it lacks, and what is to be done about that; undefined if it lacks nothing. */
  lack(): Promise<{ readonly what: string; readonly todo: string } | undefined>;
}

/** How a commit gets to an environment, by one mechanism of the catalog. Nobody else branches on the mechanism. */
export interface Launch<M extends Mechanism = Mechanism> {
  /** What was started under the key, oldest first: of several the first counts. */
  find(mechanism: M, target: Omit<Target, 'branch'>): Promise<readonly Deployment[]>;
  /** Starts it once more, whatever was started before. @throws `InvalidInput` for what could not be found again */
  start(mechanism: M, target: Target, fences: Fences): Promise<Deployment | void>;
  /** Calls off what is under way. */
  cancel(repository: Repository, id: number): Promise<void>;
  look(repository: Repository, id: number): Promise<Deployment>;
  /** What has gone well in an environment, whoever started it, newest first. */
  succeeded(mechanism: M, target: Pick<Target, 'repository' | 'environment'>): Promise<readonly Success[]>;
  /** `key` is what stands for the key in the mechanism. */
  requires(mechanism: M, target: Pick<Target, 'repository' | 'branch' | 'key'>): readonly Requirement[];
}
