import { CancellationScope } from '@temporalio/workflow';
import { isInterruption, withinTime } from '../release/race.ts';
import { remains } from './remains.ts';
import type { Delivery } from './grants.ts';
import type { Lease } from './leases.ts';
import type { Passage } from './passage.ts';
import { insist } from '../people/obligations.ts';
import type { Double, EndedTwice, HeldDeployment } from '../../activities/stages/promotions.ts';
import type { Stage } from '../../domain/stages/rules.ts';
import { fillInputs } from '../../domain/stages/inputs.ts';
import { versionName } from '../../domain/stages/passage.ts';

const fates: Readonly<Record<Double['state'], string>> = {
  calledOff: 'was called off',
  failed: 'did not succeed',
  succeeded: 'has deployed it, too',
  running: 'still runs, and could not be called off',
};

/** Brings a version to a stage's environment by whatever mechanism the stage has, and follows it to its end. */
export async function deliver(passage: Passage, stage: Stage, delivery: Delivery, lease: Lease): Promise<{ readonly state: 'succeeded' | 'failed'; readonly url: string }> {
  const { plan, status, work, wakes, reporter } = passage;
  const { key, candidate, sha } = delivery;
  const { repository, branch } = plan.deployedFrom;
  const { environment, promote, exposure = 100 } = stage;
  const values = { key, sha, environment, component: plan.component, candidate, version: versionName(plan, candidate), stage: stage.name, fence: String(lease.fence), exposure: String(exposure) };
  const mechanism = fillInputs(promote, values);

  const landing = lease.bring(delivery);
  const what = `the deployment to ${environment}`;
  const { id, url } = await insist(passage, what, () => work.promote({ key, repository, branch, environment, sha, mechanism, fence: lease.fence }, `promote to ${environment}`));
  status.deployment(stage.name, url);
  const followed = { repository, mechanism, id, landing };
  const look = (known: KnownWait) => wakes.wakeable(() => work.deployed({ ...followed, known }, `look at the deployment to ${environment}`));
  const ended = await insist(passage, what, () => awaitReviews(passage, stage, look)).catch(async (failure: unknown) => {
    if (isInterruption(failure)) await CancellationScope.nonCancellable(() => follow());
    throw failure;
  });
  const state = heed(ended);
  lease.settle(state);
  return { state, url };

  function heed(end: EndedTwice['state'] | EndedTwice): EndedTwice['state'] {
    if (typeof end === 'string') return end;
    const told = end.doubles.map((double) => `${double.url} ${fates[double.state]}`).join(', ');
    reporter.tell({ name: `${stage.name}-twice`, line: `${what} was started twice: ${told}`, urgent: true });
    return end.state;
  }

  /** What was begun goes on: whoever stops the release hears what it comes to, if that is soon. Later its environment finds out. */
  async function follow(): Promise<void> {
    const underWay = `${what} is under way: ${url}`;
    status.stays(underWay);
    const end = await withinTime(plan.pace.patience, () => work.deployed(followed, `follow the deployment to ${environment}`)).catch(() => undefined);
    if (end === undefined || isHeld(end)) return;
    status.staysNot(underWay);
    const state = heed(end);
    lease.settle(state);
    if (state === 'succeeded') status.stays(remains(stage));
    else status.stays(`${what} failed: ${url}`);
  }
}

type KnownWait = HeldDeployment['waitsFor'];
type End = EndedTwice['state'] | EndedTwice;

function isHeld(seen: End | HeldDeployment): seen is HeldDeployment {
  return typeof seen === 'object' && 'waitsFor' in seen;
}

/** Follows a deployment to its end: where the forge wants people to let it go on, they are told, and named as those whom it waits for. */
async function awaitReviews({ status, reporter }: Passage, { name, environment }: Stage, look: (known: KnownWait) => Promise<End | HeldDeployment>): Promise<End> {
  const { state: before, waitingFor } = status.get();
  for (let known: KnownWait = 'nobody'; ; ) {
    const seen = await look(known);
    if (!isHeld(seen)) return seen;
    known = seen.waitsFor;
    if (known === 'nobody') {
      if (waitingFor) status.enter(before, { waitingFor });
      continue;
    }
    const whom = known.length > 0 ? known : [`whoever reviews deployments to ${environment}`];
    const what = `the review of the deployment to ${environment}: ${seen.url}`;
    status.enter(before, { waitingFor: { what, whom } });
    reporter.tell({ name: `${name}-review`, line: `waits for ${what}, by ${whom.join(', ')}`, wanted: { whom: known, at: environment } });
  }
}
