import type { Sha } from '../../domain/code/commit.ts';
import type { Repository } from '../../domain/code/repository.ts';
import type { PreReleasePlan } from '../../domain/promotion/pre-release.ts';
import { allTicked, preReleaseBody } from '../../domain/promotion/pre-release.ts';
import { compareReleaseNames, releaseNamesIn } from '../../domain/promotion/release-name.ts';
import { neverRetry, notYet } from '../../ports/failures.ts';
import type { Ports } from '../../ports/ports.ts';
import { beating } from '../../ports/pulse.ts';
import { effect } from '../effect.ts';
import { serverTime } from '../server-time.ts';

/** Runs that the push of a tag starts. */
export interface TagQuestion {
  readonly repository: Repository;
  readonly tag: string;
  readonly sha: Sha;
  readonly workflows: readonly string[];
  /** Until then (ms since 1970) one that is not there may still come. */
  readonly until: number;
}

export interface TagRun {
  readonly workflow: string;
  readonly state: 'succeeded' | 'failed' | 'missing';
  readonly url?: string;
  readonly id?: number;
}

/** What a pre-release is made of. */
export type NewPreRelease = Pick<PreReleasePlan, 'repository' | 'name' | 'candidate' | 'since' | 'items' | 'older'>;

export type Answered = { readonly kind: 'ticked' } | { readonly kind: 'overtaken'; readonly by: string };

/** Makes pre-releases, and looks at what becomes of them. */
export function createPreReleases({ forge, readLagMs }: Pick<Ports, 'forge' | 'readLagMs'>) {
  /** @returns the page's URL @throws `Conflict` when the name is taken by another commit: somebody has made one by hand */
  async function makePreRelease(plan: NewPreRelease): Promise<string> {
    await tag(plan);
    const { repository, name } = plan;
    const release = await effect({
      key: `${repository} release ${name}`,
      probe: () => forge.releases.find(repository, name),
      act: () => forge.releases.create({ repository, tag: name, title: name, body: preReleaseBody(plan), prerelease: true, latest: false }),
      lagMs: readLagMs,
    });
    return release.url;
  }

  async function tag({ repository, name, candidate: sha }: NewPreRelease): Promise<void> {
    await effect({
      key: `${repository} tag ${name}`,
      async probe() {
        const there = await forge.tags.find(repository, name);
        if (there !== undefined && there !== sha) throw neverRetry('Conflict', `${repository} has a tag ${name} on ${there}`);
        return there;
      },
      act: () => forge.tags.create(repository, name, sha),
      lagMs: 0,
    });
  }

  /** @throws `NotYet` until each has ended, or has not come in time */
  async function tagRuns({ repository, tag: name, sha, workflows, until }: TagQuestion): Promise<readonly TagRun[]> {
    const runs = await Promise.all(workflows.map(async (workflow) => ({ workflow, run: await forge.workflowRuns.ofTag(repository, workflow, name, sha) })));
    const open = runs.filter(({ run }) => (run === undefined ? serverTime() < until : run.state === 'running'));
    if (open.length > 0) throw notYet(`${open.map(({ workflow, run }) => `${workflow} ${run ? 'runs' : 'has not begun'}`).join(', ')} for ${name}`);
    return runs.map(({ workflow, run }) => (run?.state === 'succeeded' || run?.state === 'failed' ? { workflow, state: run.state, url: run.url, id: run.id } : { workflow, state: 'missing' }));
  }

  /** @throws `NotYet` until everything is ticked, or there is a later release */
  async function preReleaseAnswered({ repository, name, items }: PreReleasePlan): Promise<Answered> {
    const [own] = releaseNamesIn([name]);
    const [page, tags] = await Promise.all([forge.releases.find(repository, name), forge.tags.list(repository, '2')]);
    if (page && allTicked(items, page.body)) return { kind: 'ticked' };
    const later = releaseNamesIn(tags.map((each) => each.name)).find((other) => own && compareReleaseNames(other, own) > 0);
    if (later) return { kind: 'overtaken', by: later.text };
    throw notYet(`not everything in ${name} is ticked`);
  }

  return { makePreRelease: beating(makePreRelease), tagRuns, preReleaseAnswered };
}
