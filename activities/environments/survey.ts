import { activityInfo } from '@temporalio/activity';
import type { Component } from '../../domain/catalog.ts';
import { marker } from '../../domain/code/marker.ts';
import type { Code } from '../../domain/code/rules.ts';
import type { Deployed } from '../../domain/environments/claim.ts';
import type { EnvironmentRecord } from '../../domain/environments/environment.ts';
import type { FreezeWindow } from '../../domain/environments/freeze.ts';
import { landedRelease, straightPrefix } from '../../domain/release/keys.ts';
import type { Stage } from '../../domain/stages/rules.ts';
import { environmentIn } from '../../ports/catalog/entries.ts';
import { notYet } from '../../ports/failures.ts';
import { launches } from '../../ports/launch/launches.ts';
import type { Ports } from '../../ports/ports.ts';
import { windowsOf } from './freezes.ts';
import { pinReads, tagsOf } from './pinned-commit.ts';

export interface Survey {
  readonly deployed: Readonly<Record<string, Deployed>>;
  readonly windows: readonly FreezeWindow[];
  /** What the run before knew, if somebody has ended it. */
  readonly before?: EnvironmentRecord;
}

/** How many commits below the head are looked through for one that was deployed. */
const furthestBack = 500;

export function createSurvey({ catalog, forge, environments, holders }: Pick<Ports, 'catalog' | 'forge' | 'environments' | 'holders'>) {
  const launchBy = launches({ forge });
  const { pinnedAt } = pinReads(forge);

  /**
   * What an environment runs by what the forge remembers, and when it is frozen by the catalog.
   *
   * @throws `NotYet` while a release is at work there: a record that was lost, with the lease in it, must not be granted anew
   */
  async function surveyEnvironment({ environment }: { readonly environment: string }): Promise<Survey> {
    const read = await catalog.read();
    environmentIn(read, environment);
    const [atWork] = await holders.atWork(environment);
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

  /** What nothing pins is deployed itself: the key of its deployment names the beginning of its commit. */
  async function deployedStraight(name: string, { mirror, branch }: Code, { name: stage, environment, promote }: Stage): Promise<Deployed | undefined> {
    const landed = landedRelease(await launchBy[promote.kind].succeeded(promote, { repository: mirror, environment }), { component: name, stage });
    if (!landed) return undefined;
    const line = await forge.commits.mainLine(mirror, branch, { limit: furthestBack });
    const found = line.find(({ sha }) => landed.release.startsWith(straightPrefix(name, sha)));
    return found && { candidate: found.sha, sha: found.sha, release: landed.release, since: landed.at };
  }

  async function deployedBy(name: string, { code, pin, versions }: Component, stageOf: Stage): Promise<Deployed | undefined> {
    if (!pin) return code && deployedStraight(name, code, stageOf);
    const { name: stage, environment, promote } = stageOf;
    const { repository, head, branch } = pin;
    const successes = await launchBy[promote.kind].succeeded(promote, { repository, environment });
    const landed = landedRelease(successes, { component: name, stage });
    if (!landed) return undefined;
    const { release, at: since } = landed;
    const pulls = await forge.pullRequests.list(repository, head, branch);
    const pull = pulls.find(({ body, mergeSha }) => mergeSha !== undefined && body.includes(marker(release)));
    const candidate = pull?.mergeSha && (await pinnedAt(pin, pull.mergeSha, tagsOf({ code, versions })));
    if (!pull?.mergeSha || candidate === undefined) return undefined;
    return { candidate, sha: pull.mergeSha, release, since };
  }

  return { surveyEnvironment };
}
