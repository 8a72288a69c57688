import type { Sha } from '../domain/candidate.ts';
import type { Mechanism } from '../domain/catalog.ts';
import { effect } from './effect.ts';
import { notYet } from './failures.ts';
import type { Deployment, Forge, Repository } from './forge/forge.ts';

export interface Promotion {
  /** Business key, carried by the run's name or the deployment's task. */
  readonly key: string;
  readonly repository: Repository;
  /** Branch that a deploy workflow is dispatched on. */
  readonly branch: string;
  readonly environment: string;
  readonly sha: Sha;
  readonly mechanism: Mechanism;
}

export interface Followed {
  readonly repository: Repository;
  readonly kind: Mechanism['kind'];
  readonly id: number;
}

export function createPromotions({ forge, readLagMs }: { readonly forge: Forge; readonly readLagMs: number }) {
  const { deployments } = forge;

  /** Starts the deployment, once, by whatever mechanism the stage has. */
  async function promote({ key, repository, branch, environment, sha, mechanism }: Promotion): Promise<Pick<Deployment, 'id' | 'url'>> {
    const { id, url } = await (mechanism.kind === 'workflow'
      ? effect({
          key: `dispatch ${key}`,
          lagMs: readLagMs,
          probe: () => deployments.findRun(repository, mechanism.workflow, key),
          act: () => deployments.dispatch(repository, mechanism.workflow, branch, mechanism.inputs),
        })
      : effect({
          key: `deploy ${key}`,
          lagMs: readLagMs,
          probe: () => deployments.findDeployment(repository, environment, sha, key),
          act: () => deployments.deploy(repository, environment, sha, key),
        }));
    return { id, url };
  }

  /** Looks once. @throws `NotYet` while it is under way. */
  async function deployed({ repository, kind, id }: Followed): Promise<'succeeded' | 'failed'> {
    const { state, url } = await (kind === 'workflow' ? deployments.run(repository, id) : deployments.deployment(repository, id));
    if (state === 'running') throw notYet(`${url} is under way`);
    return state;
  }

  return { promote, deployed };
}
