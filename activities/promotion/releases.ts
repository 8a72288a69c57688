import type { Sha } from '../../domain/code/commit.ts';
import type { Repository } from '../../domain/code/repository.ts';
import { compareReleaseNames, releaseNamesIn } from '../../domain/promotion/release-name.ts';
import { tryAgain } from '../../ports/failures.ts';
import type { Forge } from '../../ports/forge/forge.ts';

/** How many of the newest releases are looked at for the one that comes before a commit: hotfixes of older ones stand among them. */
const mostRecent = 15;

export interface TaggedCommit {
  readonly name: string;
  readonly sha: Sha;
}

type TagList = Awaited<ReturnType<Forge['tags']['list']>>;

/** The releases of a component, by their tags. */
export function readReleases(forge: Pick<Forge, 'commits' | 'releases' | 'tags'>) {
  /** The newest releases by their names, and production's, which may be a hotfix that continues an old one. */
  async function recentReleases({ repository }: { readonly repository: Repository }, tags: TagList): Promise<readonly TaggedCommit[]> {
    const shas = new Map(tags.map(({ name, sha }) => [name, sha]));
    const newest = releaseNamesIn(tags.map(({ name }) => name)).toSorted((a, b) => compareReleaseNames(b, a)).slice(0, mostRecent).map(({ text }) => text);
    const latest = await forge.releases.latest(repository);
    const names = new Set([...newest, ...releaseNamesIn(latest === undefined ? [] : [latest]).map(({ text }) => text)]);
    const found = await Promise.all([...names].map(async (name) => ({ name, sha: shas.get(name) ?? (await forge.tags.find(repository, name)) })));
    return found.filter((release): release is TaggedCommit => release.sha !== undefined);
  }

  /** Of those that a commit contains the nearest: a release from another branch, or from a main that was rewritten, is not before it. */
  async function releaseBefore({ repository }: { readonly repository: Repository }, sha: Sha, releases: readonly TaggedCommit[]) {
    const ranges = await Promise.all(releases.map(async (release) => ({ name: release.name, ...(await forge.commits.range(repository, release.sha, sha)) })));
    const [nearest] = ranges.filter(({ diverged }) => !diverged).toSorted((a, b) => a.total - b.total);
    if (nearest?.total === 0) throw tryAgain('Unavailable', `${repository} shows no commits between ${nearest.name} and ${sha}`);
    return nearest;
  }

  /** The release of a commit that production runs: the one that is called the latest, where it has several names. */
  async function releaseOf({ repository }: { readonly repository: Repository }, sha: Sha, tags: TagList): Promise<string | undefined> {
    const known = [...tags, ...(await recentReleases({ repository }, tags))];
    const names = releaseNamesIn(known.filter((tag) => tag.sha === sha).map(({ name }) => name)).toSorted((a, b) => compareReleaseNames(b, a)).map(({ text }) => text);
    const latest = await forge.releases.latest(repository);
    return names.find((name) => name === latest) ?? names[0];
  }

  return { recentReleases, releaseBefore, releaseOf };
}
