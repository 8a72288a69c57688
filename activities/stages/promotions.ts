import { isDeepStrictEqual } from 'node:util';
import { activityInfo, log } from '@temporalio/activity';
import type { Landing } from '../../domain/environments/claim.ts';
import { readContents } from '../environments/contents.ts';
import { attemptBegan } from '../server-time.ts';
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
  /** Of the environment's grant. */
  readonly fence: number;
}

export interface Followed {
  readonly repository: Repository;
  readonly mechanism: Mechanism;
  readonly id: number;
  /** What its environment is told when it has succeeded. */
  readonly landing: Landing;
  /** Those whom it is known to wait for: the look ends, too, when these are others. Without it only with the deployment. */
  readonly known?: readonly string[] | 'nobody';
}

/** People have to let it go on, or have done so. */
export interface HeldDeployment {
  readonly waitsFor: readonly string[] | 'nobody';
  readonly url: string;
}

type Ended = Exclude<Deployment['state'], 'running'>;

/** What was started a second time under one key, by a worker that was frozen while it sent. */
export interface Double {
  readonly url: string;
  readonly state: Ended | 'calledOff' | 'running';
}

export interface EndedTwice {
  readonly state: Ended;
  readonly doubles: readonly Double[];
}

export function createPromotions(ports: Pick<Ports, 'catalog' | 'forge' | 'environments' | 'readLagMs'>) {
  const { forge, environments, readLagMs } = ports;
  const launchBy = launches({ forge });
  const { pins } = readContents(ports);

  /** Starts the deployment, once, by whatever mechanism the stage has. @throws `InvalidInput` when it could not be found again */
  async function promote({ mechanism, fence, ...target }: Promotion): Promise<Pick<Deployment, 'id' | 'url'>> {
    const launch = launchBy[mechanism.kind];
    const { id, url } = await effect<Deployment>({
      key: `launch ${target.key}`,
      lagMs: readLagMs,
      probe: async () => (await launch.find(mechanism, target))[0],
      act: () => launch.start(mechanism, target, { fence, attempt: attemptBegan() }),
    });
    return { id, url };
  }

  /** Looks once, and lets the environment know what has landed there. @throws `NotYet` while it is under way. */
  async function deployed(followed: Followed): Promise<Ended | EndedTwice | HeldDeployment> {
    const { repository, mechanism, id, landing, known } = followed;
    const { state, url, waitsFor = 'nobody' } = await launchBy[mechanism.kind].look(repository, id);
    const doubles = await callOffDoubles(followed);
    if (state === 'running' && known !== undefined && !isDeepStrictEqual(known, waitsFor)) return { waitsFor, url };
    if (state === 'running') throw notYet(`${url} is under way`);
    if (state === 'succeeded') {
      // Other components come, and go, with the same commit.
      const { [landing.component]: _, ...others } = await pins(repository, landing.runs.sha);
      await environments.landed({ ...landing, others }, activityInfo().taskQueue);
    }
    return doubles.length > 0 ? { state, doubles } : state;
  }

  /** Whatever else runs under the key: the question before a write and its sending can't be made one. */
  async function callOffDoubles({ repository, mechanism, id, landing: { environment, key, runs: { sha } } }: Followed): Promise<readonly Double[]> {
    const launch = launchBy[mechanism.kind];
    const others = (await launch.find(mechanism, { repository, environment, sha, key })).filter((other) => other.id !== id);
    const doubles: Double[] = [];
    for (const { id: double, url, state } of others) {
      // One that can't be called off must not keep the other from being followed.
      const calledOff = () => launch.cancel(repository, double).then((): Double['state'] => 'calledOff', (failure: unknown) => (log.warn('a second deployment could not be called off', { url, failure }), state));
      doubles.push({ url, state: state === 'running' ? await calledOff() : state });
    }
    return doubles;
  }

  return { promote: beating(promote), deployed: beating(deployed) };
}
