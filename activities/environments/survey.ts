import { activityInfo, cancellationSignal } from '@temporalio/activity';
import type { Sha } from '../../domain/code/commit.ts';
import { shaPattern } from '../../domain/code/commit.ts';
import type { Catalog, Component } from '../../domain/catalog.ts';
import type { Claim, Deployed, Leaving } from '../../domain/environments/claim.ts';
import type { ClaimAnswer, EnvironmentRecord, LastDeployment } from '../../domain/environments/environment.ts';
import { freezeWindows } from '../../domain/environments/freeze.ts';
import type { FreezeWindow } from '../../domain/environments/freeze.ts';
import { marker } from '../../domain/code/marker.ts';
import { environmentIn } from '../../ports/catalog/entries.ts';
import { notYet } from '../../ports/failures.ts';
import type { Deployment } from '../../ports/forge/deployments.ts';
import type { Ports } from '../../ports/ports.ts';
import { beating } from '../../ports/pulse.ts';
import type { Stage } from '../../domain/stages/rules.ts';
import { attemptKey, landedRelease, rollbackKey } from '../../domain/release/keys.ts';

/** How far ahead the calendar is told, in ms; every claim tells it anew. */
const horizon = 60 * 86_400_000;

export type Claimed =
  | Exclude<ClaimAnswer, { kind: 'compare' }>
  /** A candidate that does not come before this one runs there, or is about to. */
  | { readonly kind: 'outdated'; readonly by: Sha };

export interface Survey {
  readonly deployed: Readonly<Record<string, Deployed>>;
  readonly windows: readonly FreezeWindow[];
  /** What the run before knew, if somebody has ended it. */
  readonly before?: EnvironmentRecord;
}

export function createLeases({ catalog, forge, environments, readLagMs }: Pick<Ports, 'catalog' | 'forge' | 'environments' | 'readLagMs'>) {
  /** Asks for an environment. Where the order of two candidates matters, it is looked up in the component's `mirror`. */
  async function claimEnvironment({ claim, mirror }: { readonly claim: Claim; readonly mirror: string }): Promise<Claimed> {
    const { taskQueue } = activityInfo();
    const windows = windowsOf(await catalog.read(), claim.environment);
    const after: Sha[] = [];
    for (;;) {
      const answer = await environments.claim({ claim, after, windows }, taskQueue);
      if (answer.kind !== 'compare') return answer;
      for (const other of answer.with) {
        const { diverged } = await forge.commits.range(mirror, other, claim.candidate);
        if (diverged) return { kind: 'outdated', by: other };
        after.push(other);
      }
    }
  }

  async function leaveEnvironment(leaving: Leaving): Promise<void> {
    await environments.leave(leaving, activityInfo().taskQueue);
  }

  /**
   * Waits until the release that holds an environment is gone, and then until none of its deployments is in the air.
   * Answers how the last of them ended.
   *
   * @throws `NotYet` while one is under way
   */
  async function holderGone({ claim }: { readonly claim: Claim }): Promise<LastDeployment> {
    await environments.ended(claim.release, cancellationSignal());
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

  function deploymentOf({ environment, sha, deployment: { repository, mechanism } }: Claim, key: string): Promise<Deployment | undefined> {
    if (mechanism.kind === 'workflow') return forge.workflowRuns.find(repository, mechanism.workflow, key);
    return forge.deployments.find(repository, environment, sha, key);
  }

  /**
   * What an environment runs by what the forge remembers, and when it is frozen by the catalog.
   *
   * @throws `NotYet` while a release is at work there: a record that was lost, with the lease in it, must not be granted anew
   */
  async function surveyEnvironment({ environment }: { readonly environment: string }): Promise<Survey> {
    const read = await catalog.read();
    environmentIn(read, environment);
    const [atWork] = await environments.atWork(environment);
    if (atWork !== undefined) throw notYet(`${atWork} is at work in ${environment}`);
    const deployed: Record<string, Deployed> = {};
    for (const [name, component] of Object.entries(read.components)) {
      const stage = component.stages.findLast((one) => one.environment === environment);
      const found = stage && (await deployedBy(name, component, stage));
      if (found) deployed[name] = found;
    }
    const before = await environments.endedRecord(environment, activityInfo().taskQueue);
    return { deployed, windows: windowsOf(read, environment), ...(before && { before }) };
  }

  async function deployedBy(name: string, { downstream }: Component, { name: stage, environment, promote }: Stage): Promise<Deployed | undefined> {
    const { repository, head, branch, versionFile } = downstream;
    const successes = await (promote.kind === 'workflow' ? forge.workflowRuns.succeeded(repository, promote.workflow) : forge.deployments.succeeded(repository, environment));
    const landed = landedRelease(successes, { component: name, stage });
    if (!landed) return undefined;
    const { release, at: since } = landed;
    const pulls = await forge.pullRequests.list(repository, head, branch);
    const pull = pulls.find(({ body, mergeSha }) => mergeSha !== undefined && body.includes(marker(release)));
    const candidate = pull?.mergeSha && (await forge.commits.read(repository, versionFile, pull.mergeSha))?.trim();
    if (!pull?.mergeSha || candidate === undefined || !shaPattern.test(candidate)) return undefined;
    return { candidate, sha: pull.mergeSha, release, since };
  }

  return {
    surveyEnvironment,
    claimEnvironment: beating(claimEnvironment),
    leaveEnvironment: beating(leaveEnvironment),
    holderGone: beating(holderGone),
  };
}

function windowsOf({ environments }: Catalog, name: string): FreezeWindow[] {
  const environment = environments[name];
  return environment ? freezeWindows(environment.freezes, environment.timeZone, { from: Date.now(), to: Date.now() + horizon }) : [];
}
