import { CancellationScope } from '@temporalio/workflow';
import { isInterruption, withinTime } from '../release/race.ts';
import { remains } from './remains.ts';
import type { Delivery } from './grants.ts';
import type { Lease } from './leases.ts';
import type { Passage } from './passage.ts';
import { insist } from '../people/obligations.ts';
import type { Stage } from '../../domain/stages/rules.ts';
import { fillInputs } from '../../domain/stages/inputs.ts';
import { versionName } from '../../domain/stages/passage.ts';

/** Brings a version to a stage's environment by whatever mechanism the stage has, and follows it to its end. */
export async function deliver(passage: Passage, stage: Stage, delivery: Delivery, lease: Lease): Promise<{ readonly state: 'succeeded' | 'failed'; readonly url: string }> {
  const { plan, status, work, wakes } = passage;
  const { key, candidate, sha } = delivery;
  const { repository, branch } = plan.deployedFrom;
  const { environment, promote, exposure = 100 } = stage;
  const values = { key, sha, environment, component: plan.component, candidate, version: versionName(plan, candidate), stage: stage.name, fence: String(lease.fence), exposure: String(exposure) };
  const mechanism = fillInputs(promote, values);

  const landing = lease.deploying(delivery);
  const what = `the deployment to ${environment}`;
  const { id, url } = await insist(passage, what, () => work.promote({ key, repository, branch, environment, sha, mechanism }, `promote to ${environment}`));
  status.deployment(stage.name, url);
  const look = () => wakes.wakeable(() => work.deployed({ repository, kind: promote.kind, id, landing }, `look at the deployment to ${environment}`));
  const state = await insist(passage, what, look).catch(async (failure: unknown) => {
    if (isInterruption(failure)) await CancellationScope.nonCancellable(() => follow());
    throw failure;
  });
  lease.deployed(state);
  return { state, url };

  /** What was begun goes on: whoever stops the release hears what it comes to, if that is soon. Later its environment finds out. */
  async function follow(): Promise<void> {
    const underWay = `${what} is under way: ${url}`;
    status.stays(underWay);
    const ended = await withinTime(plan.pace.patience, () => work.deployed({ repository, kind: promote.kind, id, landing }, `follow the deployment to ${environment}`));
    if (ended === undefined) return;
    status.staysNot(underWay);
    lease.deployed(ended);
    if (ended === 'succeeded') status.stays(remains(stage));
    else status.stays(`${what} failed: ${url}`);
  }
}
