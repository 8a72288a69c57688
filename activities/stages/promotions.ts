import { activityInfo } from '@temporalio/activity';
import type { Sha } from '../../domain/code/commit.ts';
import type { Landing } from '../../domain/environments/claim.ts';
import { showsInput } from '../../domain/stages/run-name.ts';
import { effect } from '../effect.ts';
import { neverRetry, notYet } from '../../ports/failures.ts';
import type { Deployment } from '../../ports/forge/deployments.ts';
import type { Repository } from '../../domain/code/repository.ts';
import type { Ports } from '../../ports/ports.ts';
import { beating } from '../../ports/pulse.ts';
import type { Mechanism } from '../../domain/stages/rules.ts';

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
  /** What its environment is told when it has succeeded. */
  readonly landing: Landing;
}

export function createPromotions({ forge, environments, readLagMs }: Pick<Ports, 'forge' | 'environments' | 'readLagMs'>) {
  const { commits, deployments, workflowRuns } = forge;

  /** Starts the deployment, once, by whatever mechanism the stage has. @throws `InvalidInput` when its run could not be found again */
  async function promote({ key, repository, branch, environment, sha, mechanism }: Promotion): Promise<Pick<Deployment, 'id' | 'url'>> {
    const { id, url } = await (mechanism.kind === 'workflow'
      ? effect({
          key: `dispatch ${key}`,
          lagMs: readLagMs,
          probe: () => workflowRuns.find(repository, mechanism.workflow, key),
          async act() {
            await assertFindable({ repository, branch, key }, mechanism);
            await workflowRuns.dispatch(repository, mechanism.workflow, branch, mechanism.inputs);
          },
        })
      : effect({
          key: `deploy ${key}`,
          lagMs: readLagMs,
          probe: () => deployments.find(repository, environment, sha, key),
          act: () => deployments.create(repository, environment, sha, key),
        }));
    return { id, url };
  }

  /** A run whose name lacks its key is never seen: each attempt would deploy again. */
  async function assertFindable({ repository, branch, key }: Pick<Promotion, 'repository' | 'branch' | 'key'>, { workflow, inputs }: Extract<Mechanism, { kind: 'workflow' }>): Promise<void> {
    const text = await commits.read(repository, `.github/workflows/${workflow}`, branch);
    const carrying = Object.keys(inputs).filter((name) => inputs[name]!.includes(key));
    if (text === undefined || showsInput(text, carrying)) return;
    throw neverRetry('InvalidInput', `${workflow} of ${repository} must show the input ${carrying.join(' or ')} in its run-name (on ${branch}): else its run can't be found. Nothing was dispatched`);
  }

  /** Looks once, and lets the environment know what has landed there. @throws `NotYet` while it is under way. */
  async function deployed({ repository, kind, id, landing }: Followed): Promise<'succeeded' | 'failed'> {
    const { state, url } = await (kind === 'workflow' ? workflowRuns.get(repository, id) : deployments.get(repository, id));
    if (state === 'running') throw notYet(`${url} is under way`);
    if (state === 'succeeded') await environments.landed(landing, activityInfo().taskQueue);
    return state;
  }

  return { promote: beating(promote), deployed: beating(deployed) };
}
