import { activityInfo, cancellationSignal } from '@temporalio/activity';
import type { Sha } from '../../domain/code/commit.ts';
import type { Claim, Leaving } from '../../domain/environments/claim.ts';
import type { ContentStanding } from '../../domain/environments/contents.ts';
import type { ClaimAnswer, LastDeployment } from '../../domain/environments/environment.ts';
import type { Objection } from '../../domain/people/objection.ts';
import { attemptKey, rollbackKey } from '../../domain/release/keys.ts';
import { notYet } from '../../ports/failures.ts';
import type { Deployment } from '../../ports/forge/deployments.ts';
import { launches } from '../../ports/launch/launches.ts';
import type { Ports } from '../../ports/ports.ts';
import { beating } from '../../ports/pulse.ts';
import { containment } from '../environments/containment.ts';
import { readContents } from '../environments/contents.ts';
import type { Delivered } from '../environments/contents.ts';
import { readObjections } from '../people/objections.ts';
import { windowsOf } from '../environments/freezes.ts';

export type Claimed =
  | Exclude<ClaimAnswer, { kind: 'granted' | 'compare' }>
  | (Extract<ClaimAnswer, { kind: 'granted' }> & {
      /** How what is to be promoted stood to what ran there at that moment. */
      readonly standing?: ContentStanding;
    })
  /** People have something against it: it has not been asked for. */
  | { readonly kind: 'objected'; readonly objection: Objection }
  /** What runs there has it already, or another candidate that it does not come after is about to. */
  | { readonly kind: 'outdated'; readonly by: Sha };

export interface Leave extends Leaving {
  readonly shows?: Delivered;
}

/** What a release says to the environment that a stage needs. */
export function createClaims(ports: Pick<Ports, 'catalog' | 'forge' | 'environments' | 'components' | 'holders' | 'readLagMs'>) {
  const { catalog, forge, environments, holders, readLagMs } = ports;
  const launchBy = launches({ forge });
  const { compareUnder, isShown } = readContents(ports);
  const { against } = readObjections(ports);
  const { comesAfter } = containment(forge);

  /** Asks for an environment, and looks at what it runs once it is granted. Where the order of two candidates matters, it is looked up in the component's `mirror`. */
  async function claimEnvironment({ claim, mirror }: { readonly claim: Claim; readonly mirror: string }): Promise<Claimed> {
    const { taskQueue } = activityInfo();
    const objection = claim.purpose === 'promote' ? await against({ component: claim.component, candidate: claim.candidate, source: mirror }) : undefined;
    if (objection) return { kind: 'objected', objection };
    const windows = windowsOf(await catalog.read(), claim.environment);
    const after: Sha[] = [];
    for (;;) {
      const answer = await environments.claim({ claim, after, windows }, taskQueue);
      if (answer.kind === 'granted') return { ...answer, ...(await look(claim, answer.fence)) };
      if (answer.kind !== 'compare') return answer;
      for (const other of answer.with) {
        if (await isOutdated(claim, mirror, other)) return { kind: 'outdated', by: other };
        after.push(other);
      }
    }
  }

  /** By content. Where what runs there lacks something of it as well, it is no newer one: people are asked once it is granted. */
  async function isOutdated({ environment, component, candidate }: Claim, mirror: string, other: Sha): Promise<boolean> {
    const isKnown = (await forge.commits.find(mirror, other)) !== undefined;
    if (isKnown && (await comesAfter(mirror, other, candidate))) return false;
    const runs = (await environments.record(environment))?.deployed[component]?.candidate;
    return runs !== other || (isKnown && (await comesAfter(mirror, candidate, other)));
  }

  /** A rollback is compared otherwise. */
  async function look({ environment, component, sha, purpose, deployment: { repository } }: Claim, fence: number): Promise<{ readonly standing?: ContentStanding }> {
    return purpose === 'promote' ? { standing: await compareUnder({ environment, repository, component, sha, fence }) } : {};
  }

  /** Gives it back: where it is to show something first, only if it does. */
  async function leaveEnvironment({ shows, ...leaving }: Leave): Promise<'left' | 'kept'> {
    if (shows && !(await isShown(shows))) return 'kept';
    await environments.leave(leaving, activityInfo().taskQueue);
    return 'left';
  }

  /**
   * Waits until the release that holds an environment is gone, and then until none of its deployments is in the air.
   * Answers how the last of them ended.
   *
   * @throws `NotYet` while one is under way
   */
  async function holderGone({ claim }: { readonly claim: Claim }): Promise<LastDeployment> {
    await holders.awaitEnd(claim.release, cancellationSignal());
    // Its last write may have been a moment ago: lists lag.
    const last = (await lastDeployment(claim)) ?? (await new Promise((resolve) => setTimeout(resolve, readLagMs)).then(() => lastDeployment(claim)));
    if (last?.state === 'running') throw notYet(`${last.url} is under way`);
    if (last?.state === 'succeeded' && last.rollback) return 'rolledBack';
    return last?.state ?? 'none';
  }

  /** The last thing that was tried under this claim. */
  async function lastDeployment(claim: Claim): Promise<(Deployment & { readonly rollback?: true }) | undefined> {
    const rollback = await deploymentOf(claim, rollbackKey(claim.key));
    if (rollback) return { ...rollback, rollback: true };
    for (let attempt = 1, last: Deployment | undefined; ; attempt++) {
      const found = await deploymentOf(claim, attemptKey(claim.key, attempt));
      if (!found) return last;
      last = found;
    }
  }

  /** Should it have been started twice, both have to end. */
  async function deploymentOf({ environment, sha, deployment: { repository, mechanism } }: Claim, key: string): Promise<Deployment | undefined> {
    const started = await launchBy[mechanism.kind].find(mechanism, { repository, environment, sha, key });
    return started.find(({ state }) => state === 'running') ?? started[0];
  }

  return {
    claimEnvironment: beating(claimEnvironment),
    leaveEnvironment: beating(leaveEnvironment),
    holderGone: beating(holderGone),
  };
}
