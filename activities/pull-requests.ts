import type { Sha } from '../domain/candidate.ts';
import { pullRequestBody } from '../domain/pull-request-body.ts';
import { releaseMarker } from '../domain/release-plan.ts';
import { effect } from './effect.ts';
import { neverRetry } from './failures.ts';
import type { Forge, MergeResult, NewCommit, PullRequest, Repository } from './forge/forge.ts';

/** The version pull request of one release. */
export interface VersionChange {
  readonly release: string;
  readonly component: string;
  readonly mirror: Repository;
  readonly pinned: Sha;
  readonly candidate: Sha;
  /** ISO 8601: the date of the version commit. */
  readonly date: string;
  readonly repository: Repository;
  readonly branch: string;
  readonly base: Sha;
  readonly head: string;
  readonly file: string;
  readonly title: string;
  readonly labels: readonly string[];
  readonly runbook?: string;
  /** ISO 8601. A pull request that was closed before is somebody's earlier decision, not about this release. */
  readonly since: string;
}

export interface Opened {
  readonly number: number;
  readonly url: string;
  readonly head: Sha;
  /** Set when a person closed it before this release could see it open. */
  readonly closedBy?: string;
}

export interface Merge {
  readonly repository: Repository;
  readonly number: number;
  readonly sha: Sha;
  readonly head: string;
  readonly method: 'merge' | 'squash' | 'rebase';
}

export type Merged = MergeResult | { readonly kind: 'closed'; readonly by: string };

export type Withdrawn = { readonly kind: 'withdrawn'; readonly number?: number } | { readonly kind: 'merged'; readonly number: number };

export function createPullRequests({ forge, readLagMs }: { readonly forge: Forge; readonly readLagMs: number }) {
  const { branches, commits, pullRequests } = forge;

  /** @throws `Conflict` when the branch or an open pull request is somebody else's. */
  async function openPullRequest(change: VersionChange): Promise<Opened> {
    const { repository, head } = change;
    const before = await ours(change);
    if (before && before.state !== 'open') return opened(before);
    const commit = await branches.write(versionCommit(change));
    await effect({
      key: `branch ${repository} ${head}`,
      lagMs: 0,
      probe: () => branchAt(repository, head, commit),
      act: () => branches.create(repository, head, commit),
    });
    const pull = await effect({
      key: `pull request ${repository} ${head}`,
      lagMs: readLagMs,
      probe: () => ours(change),
      act: () => openFor(change),
    });
    if (pull.state === 'open') await label(repository, pull, change.labels);
    return opened(pull);
  }

  /** Undoes `openPullRequest`, however far it came. What is not ours, and what is merged, stays. */
  async function withdrawPullRequest(change: VersionChange): Promise<Withdrawn> {
    const { repository, head } = change;
    const pull = await ours(change);
    if (pull?.state === 'merged') return { kind: 'merged', number: pull.number };
    if (pull?.state === 'open') {
      await effect({
        key: `close ${repository}#${pull.number}`,
        lagMs: 0,
        probe: async () => ((await pullRequests.get(repository, pull.number))?.state === 'open' ? undefined : true),
        act: () => pullRequests.close(repository, pull.number),
      });
    }
    await removeBranch(repository, head, await branches.write(versionCommit(change)));
    return { kind: 'withdrawn', ...(pull && { number: pull.number }) };
  }

  /** Merges at exactly `sha`, and removes the branch. */
  async function mergePullRequest({ repository, number, sha, head, method }: Merge): Promise<Merged> {
    const merged = await effect<Merged>({
      key: `merge ${repository}#${number}`,
      lagMs: 0,
      probe: async () => mergeSeen(await pullRequests.get(repository, number), sha),
      act: () => pullRequests.merge(repository, number, sha, method),
    });
    if (merged.kind === 'merged') await removeBranch(repository, head, sha);
    return merged;
  }

  async function openFor(change: VersionChange): Promise<PullRequest> {
    const { commits: carried, total } = await commits.range(change.mirror, change.pinned, change.candidate);
    const body = pullRequestBody({ ...change, commits: carried, total });
    return pullRequests.open({ repository: change.repository, head: change.head, base: change.branch, title: change.title, body });
  }

  async function ours({ repository, head, branch, release, since }: VersionChange): Promise<PullRequest | undefined> {
    const all = await pullRequests.list(repository, head, branch);
    const stranger = all.find((pull) => pull.state === 'open' && !pull.body.includes(releaseMarker(release)));
    if (stranger) throw neverRetry('Conflict', `${stranger.url} is open on ${head}, and it is not this release's: it will not be touched`);
    const mine = all.filter((pull) => pull.body.includes(releaseMarker(release)));
    return mine.find((pull) => pull.state !== 'closed') ?? mine.find((pull) => pull.createdAt >= since);
  }

  async function branchAt(repository: Repository, branch: string, sha: Sha): Promise<Sha | undefined> {
    const found = await branches.find(repository, branch);
    if (found === undefined || found === sha) return found;
    throw neverRetry('Conflict', `branch ${branch} of ${repository} exists at ${found}, and it is not this release's (${sha}): it will not be moved`);
  }

  async function removeBranch(repository: Repository, branch: string, sha: Sha): Promise<void> {
    await effect({
      key: `remove branch ${repository} ${branch}`,
      lagMs: 0,
      probe: async () => ((await branches.find(repository, branch)) === sha ? undefined : true),
      act: () => branches.remove(repository, branch),
    });
  }

  async function label(repository: Repository, pull: PullRequest, labels: readonly string[]): Promise<void> {
    const missing = (on: readonly string[]) => labels.filter((name) => !on.includes(name));
    if (missing(pull.labels).length === 0) return;
    await effect({
      key: `labels ${repository}#${pull.number}`,
      lagMs: 0,
      probe: async () => (missing((await pullRequests.get(repository, pull.number))?.labels ?? []).length === 0 ? true : undefined),
      act: () => pullRequests.addLabels(repository, pull.number, labels),
    });
  }

  return { openPullRequest, withdrawPullRequest, mergePullRequest };
}

function versionCommit({ repository, base, file, candidate, title, release, date }: VersionChange): NewCommit {
  return { repository, parent: base, path: file, text: `${candidate}\n`, message: `${title}\n\nSlipway-Release: ${release}`, date };
}

function opened({ number, url, head, state, closedBy = 'somebody' }: PullRequest): Opened {
  return { number, url, head, ...(state === 'closed' && { closedBy }) };
}

/** What a pull request's state says about merging it at `sha`; undefined while it is still to be merged. */
function mergeSeen(pull: PullRequest | undefined, sha: Sha): Merged | undefined {
  if (!pull || pull.state === 'closed') return { kind: 'closed', by: pull?.closedBy ?? 'somebody' };
  if (pull.head !== sha) return { kind: 'moved' };
  if (pull.state === 'merged') return { kind: 'merged', sha: pull.mergeSha! };
  return undefined;
}
