import { activityInfo } from '@temporalio/activity';
import type { Sha } from '../../domain/code/commit.ts';
import { shortSha } from '../../domain/code/commit.ts';
import type { Repository } from '../../domain/code/repository.ts';
import type { Component } from '../../domain/catalog.ts';
import type { Deployed } from '../../domain/environments/claim.ts';
import { seenThere, shows, somebodyElse, standing } from '../../domain/environments/contents.ts';
import type { Sighting, ContentStanding } from '../../domain/environments/contents.ts';
import { containment, mostCompared } from './containment.ts';
import { pinReads, tagsOf } from './pinned-commit.ts';
import { readHash } from './shown-hash.ts';
import { serverTime } from '../server-time.ts';
import { componentIn } from '../../ports/catalog/entries.ts';
import { notYet } from '../../ports/failures.ts';
import { beating } from '../../ports/pulse.ts';
import type { Ports } from '../../ports/ports.ts';
import { ageMs } from '../server-time.ts';

export type ContentsPorts = Pick<Ports, 'catalog' | 'forge' | 'environments'>;

/** Something that is to be deployed, or was. */
export interface Delivered {
  readonly environment: string;
  readonly repository: Repository;
  readonly component: string;
  readonly sha: Sha;
}

/** What runs there may be a commit that contains it. */
export type Confirmed = { readonly isThere: boolean; readonly runs?: Sighting };

export type RollbackAnswer =
  | { readonly kind: 'mayGo' }
  /** Something else runs there by now. */
  | { readonly kind: 'elsewhere'; readonly runs: Sighting }
  /** These components would go back with it. */
  | { readonly kind: 'takesBack'; readonly others: readonly string[] };

export interface Pinning {
  readonly component: string;
  readonly repository: Repository;
  readonly branch: string;
  readonly candidate: Sha;
  readonly sha: Sha;
}

/** What environments run, by whomever. */
export function readContents({ catalog, forge, environments }: ContentsPorts) {
  const { pinnedAt } = pinReads(forge);
  const { changesOf } = containment(forge);

  /** What an environment runs of a repository. */
  async function seen(environment: string, repository: Repository): Promise<Sighting | undefined> {
    const read = await catalog.read();
    const url = read.environments[environment]?.report;
    const [report, newest, record] = await Promise.all([
      url === undefined ? undefined : readHash(url),
      forge.deployments.current(repository, environment),
      environments.record(environment),
    ]);
    const here = Object.entries(record?.deployed ?? {}).filter(([component]) => Object.hasOwn(read.components, component) && repositoryOf(read.components[component]!) === repository);
    return seenThere({
      ...(report && { report }),
      ...(newest && { forge: newest }),
      record: here.map(([, { sha, since, release }]) => ({ sha, at: since, ...(release !== somebodyElse && { release }) })),
    });
  }

  /** What a commit of a repository pins, of every component that is pinned there. One that nothing pins is at the commit itself. */
  async function pins(repository: Repository, sha: Sha): Promise<Readonly<Record<string, Sha>>> {
    const { components } = await catalog.read();
    const found: Record<string, Sha> = {};
    for (const [name, component] of Object.entries(components)) {
      const version = repositoryOf(component) === repository ? await versionAt(component, sha) : undefined;
      if (version) found[name] = version;
    }
    return found;
  }

  async function versionAt(component: Component, sha: Sha): Promise<Sha | undefined> {
    return component.pin ? pinnedAt(component.pin, sha, tagsOf(component)) : sha;
  }

  /** The commit of a component that an environment runs, as far as anybody tells. */
  async function versionThere(component: string, { environment, repository }: { readonly environment: string; readonly repository: Repository }): Promise<Sha | undefined> {
    const there = await seen(environment, repository);
    return there && versionAt(componentIn(await catalog.read(), component), there.sha);
  }

  /** How what comes stands to what runs there now. The environment is told of what others have brought, under the grant of whoever has it. */
  async function compareUnder({ fence, ...delivered }: Delivered & { readonly fence: number }): Promise<ContentStanding> {
    const found = await compare(delivered);
    if (found.kind !== 'free' && found.runs.release === undefined && found.runs.candidate !== undefined) {
      const { environment, repository, component } = delivered;
      const { sha, candidate } = found.runs;
      const { [component]: _, ...others } = await pins(repository, sha);
      await environments.landed({ environment, fence, key: 'found', component, runs: { candidate, sha, release: somebodyElse }, others }, activityInfo().taskQueue);
    }
    return found;
  }

  async function compare({ environment, repository, component, sha }: Delivered): Promise<ContentStanding> {
    const there = await seen(environment, repository);
    if (!there) return { kind: 'free' };
    const { [component]: candidate } = await pins(repository, there.sha);
    const runs = { ...there, ...(candidate && { candidate }) };
    if (runs.sha === sha) return { kind: 'there', runs };
    const [brought, gone] = [await forge.commits.range(repository, runs.sha, sha), await forge.commits.range(repository, sha, runs.sha)];
    if (!brought.diverged) return { kind: 'ahead', runs };
    if (!gone.diverged) return { kind: 'behind', runs };
    return standing(runs, { gone: await changesOf(repository, gone.commits), brought: await changesOf(repository, brought.commits) });
  }

  /** Whether an environment shows at once what was brought there. Where that can't be told, `confirmContents` looks again, and says why. */
  async function isShown(delivered: Delivered): Promise<boolean> {
    return compare(delivered).then(shows, () => false);
  }

  return { seen, pins, versionAt, versionThere, compare, compareUnder, isShown };
}

/** How what a release brings stands to what environments run. Reads only. */
export function createContents(ports: ContentsPorts) {
  const { catalog, forge } = ports;
  const { seen, pins, versionAt, compare, compareUnder } = readContents(ports);
  const { pinnedAt } = pinReads(forge);

  /** What runs in an environment of the components that have a stage there, whoever brought it. */
  async function sightEnvironment({ environment }: { readonly environment: string }): Promise<Readonly<Record<string, Deployed>>> {
    const found: Record<string, Deployed> = {};
    for (const [name, component] of Object.entries((await catalog.read()).components)) {
      const repository = component.stages.some((stage) => stage.environment === environment) ? repositoryOf(component) : undefined;
      const there = repository && (await seen(environment, repository));
      const candidate = there && (await versionAt(component, there.sha));
      if (candidate) found[name] = { candidate, sha: there.sha, release: there.release ?? somebodyElse, since: there.at || new Date(serverTime()).toISOString() };
    }
    return found;
  }

  /**
   * Whether an environment has what was brought there, by that commit or by one that contains it. What it says of itself may come late.
   *
   * @throws `NotYet` while it may
   */
  async function confirmContents({ patience, ...delivered }: Delivered & { /** ms */ readonly patience: number }): Promise<Confirmed> {
    const found = await compare(delivered);
    if (shows(found)) return { isThere: true, ...('runs' in found && { runs: found.runs }) };
    const { report } = (await catalog.read()).environments[delivered.environment] ?? {};
    if (report !== undefined && ageMs() < patience) throw notYet(`${delivered.environment} does not show ${shortSha(delivered.sha)} yet`);
    return { isThere: false, ...('runs' in found && { runs: found.runs }) };
  }

  /** Whether a release may bring an environment back: only where it is what runs there, and if no other component goes back with it. */
  async function compareRollback({ environment, repository, component, sha, to }: Delivered & { readonly to: Sha }): Promise<RollbackAnswer> {
    const runs = await seen(environment, repository);
    if (runs && runs.sha !== sha && runs.sha !== to) return { kind: 'elsewhere', runs };
    const [now, then] = [await pins(repository, runs?.sha ?? sha), await pins(repository, to)];
    const others = Object.keys(now).filter((name) => name !== component && now[name] !== then[name]);
    return others.length > 0 ? { kind: 'takesBack', others } : { kind: 'mayGo' };
  }

  /** The newest commit of the branch that has the candidate pinned, and contains `sha`: that one itself, where there is no other. */
  async function newestPinning({ component, repository, branch, candidate, sha }: Pinning): Promise<Sha> {
    const entry = componentIn(await catalog.read(), component);
    const { pin } = entry;
    if (!pin) return sha;
    for (const commit of await forge.commits.mainLine(repository, branch, { limit: mostCompared, until: sha })) {
      if (commit.sha === sha) return sha;
      const isPinned = (await pinnedAt(pin, commit.sha, tagsOf(entry))) === candidate;
      if (isPinned && !(await forge.commits.range(repository, sha, commit.sha)).diverged) return commit.sha;
    }
    return sha;
  }

  return { compareContents: beating(compareUnder), sightEnvironment: beating(sightEnvironment), confirmContents, compareRollback, newestPinning };
}

/** Where it is deployed from. */
function repositoryOf({ code, pin, stages, promotion }: Component): Repository | undefined {
  return pin?.repository ?? (stages.length > 0 ? code?.mirror : promotion?.repository);
}
