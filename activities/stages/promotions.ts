import { activityInfo } from '@temporalio/activity';
import type { Landing } from '../../domain/environments/claim.ts';
import { readContents } from '../environments/contents.ts';
import { effect } from '../effect.ts';
import { notYet } from '../../ports/failures.ts';
import type { Deployment } from '../../ports/forge/deployments.ts';
import type { Repository } from '../../domain/code/repository.ts';
import type { Target } from '../../ports/launch/launch.ts';
import { launches } from '../../ports/launch/launches.ts';
import type { Ports } from '../../ports/ports.ts';
import { beating } from '../../ports/pulse.ts';
import type { Mechanism } from '../../domain/stages/rules.ts';

export interface Promotion extends Target {
  readonly mechanism: Mechanism;
}

export interface Followed {
  readonly repository: Repository;
  readonly kind: Mechanism['kind'];
  readonly id: number;
  /** What its environment is told when it has succeeded. */
  readonly landing: Landing;
}

export function createPromotions(ports: Pick<Ports, 'catalog' | 'forge' | 'environments' | 'readLagMs'>) {
  const { forge, environments, readLagMs } = ports;
  const launchBy = launches({ forge });
  const { pins } = readContents(ports);

  /** Starts the deployment, once, by whatever mechanism the stage has. @throws `InvalidInput` when it could not be found again */
  async function promote({ mechanism, ...target }: Promotion): Promise<Pick<Deployment, 'id' | 'url'>> {
    const launch = launchBy[mechanism.kind];
    const { id, url } = await effect<Deployment>({
      key: `launch ${target.key}`,
      lagMs: readLagMs,
      probe: () => launch.find(mechanism, target),
      act: () => launch.start(mechanism, target),
    });
    return { id, url };
  }

  /** Looks once, and lets the environment know what has landed there. @throws `NotYet` while it is under way. */
  async function deployed({ repository, kind, id, landing }: Followed): Promise<'succeeded' | 'failed'> {
    const { state, url } = await launchBy[kind].look(repository, id);
    if (state === 'running') throw notYet(`${url} is under way`);
    if (state === 'succeeded') {
      // Other components come, and go, with the same commit.
      const { [landing.component]: _, ...others } = await pins(repository, landing.runs.sha);
      await environments.landed({ ...landing, others }, activityInfo().taskQueue);
    }
    return state;
  }

  return { promote: beating(promote), deployed: beating(deployed) };
}
