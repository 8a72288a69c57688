import type { Sha } from '../domain/candidate.ts';
import { judge } from '../domain/pipeline.ts';
import { pullRequestBody } from '../domain/pull-request-body.ts';
import { markedRelease, namedRelease, releaseMarker } from '../domain/release-plan.ts';
import { releaseTrailer, versionMessage } from '../domain/version-message.ts';
import { commitOn } from './branch-commit.ts';
import { effect } from './effect.ts';
import { neverRetry, tryAgain } from './failures.ts';
import type { MergeResult, NewCommit, PullRequest, Repository } from './forge/forge.ts';
import type { Ports } from './index.ts';

/** The version pull request of one release. */
export interface VersionChange {
  readonly release: string;
  readonly component: string;
  readonly mirror: Repository;
  readonly mirrorBranch: string;
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
  /** Those up to this number don't count: the release has withdrawn them itself. 0 at first. */
  readonly after: number;
}

export interface Opened {
  readonly number: number;
  readonly url: string;
  readonly head: Sha;
  /** What its version file holds: another commit than asked for where it was adopted. */
  readonly carries: string;
  /** Set when a person closed it before this release could see it open. */
  readonly closedBy?: string;
}

export interface Amendment {
  readonly change: VersionChange;
  readonly number: number;
  /** Where the branch is believed to be. */
  readonly head: Sha;
  readonly sha: Sha;
  /** `sha` has to come after it. */
  readonly notBefore: Sha;
}

export type Amended =
  | { readonly kind: 'amended'; readonly head: Sha; readonly date: string }
  /** Somebody else has pushed, or closed it: look again. */
  | { readonly kind: 'moved' }
  | { readonly kind: 'refused'; readonly why: string };

export interface Merge {
  readonly repository: Repository;
  readonly number: number;
  readonly sha: Sha;
  readonly head: string;
  readonly method: 'merge' | 'squash' | 'rebase';
}

export type Merged = MergeResult | { readonly kind: 'closed'; readonly by: string };

export type Withdrawn =
  | { readonly kind: 'withdrawn'; readonly number?: number; /** A branch that holds somebody's work. */ readonly branchStays?: Sha }
  | { readonly kind: 'merged'; readonly number: number };

export function createPullRequests({ forge, releases, readLagMs }: Pick<Ports, 'forge' | 'releases' | 'readLagMs'>) {
  const { branches, commits, pipelines, pullRequests } = forge;

  /** Opens it, or adopts the one that this release has open. @throws `Conflict` when the branch or an open pull request is somebody else's. */
  async function openPullRequest(change: VersionChange): Promise<Opened> {
    const { repository, head, candidate } = change;
    const before = await ours(change);
    if (before?.state === 'open') await label(repository, before, change.labels);
    if (before) return opened(before, (await commits.read(repository, change.file, before.head))?.trim() ?? '');
    const commit = await branches.write(versionCommit(change));
    await clearTheWay(change, commit);
    await effect({
      key: `branch ${repository} ${head}`,
      lagMs: 0,
      probe: () => branchAt(change, commit),
      act: () => branches.create(repository, head, commit),
    });
    const pull = await effect({
      key: `pull request ${repository} ${head}`,
      lagMs: readLagMs,
      probe: () => ours(change),
      act: async () => pullRequests.open({ repository, head, base: change.branch, title: change.title, body: await bodyOf(change) }),
    });
    if (pull.state === 'open') await label(repository, pull, change.labels);
    return opened(pull, candidate);
  }

  /** Makes it carry `sha` by one more version commit, on top of the head that is known. */
  async function amendPullRequest({ change, number, head, sha, notBefore }: Amendment): Promise<Amended> {
    const { repository, mirror, mirrorBranch } = change;
    const refused = (why: string): Amended => ({ kind: 'refused', why });
    const commit = await commitOn(commits, mirror, mirrorBranch, sha);
    if (!commit) return refused(`${mirror} has no commit ${sha} on ${mirrorBranch}`);
    if (sha === notBefore || (await commits.range(mirror, notBefore, sha)).diverged) return refused(`${sha} does not come after ${notBefore}`);
    if (judge(await pipelines.checks(mirror, sha), []).kind !== 'green') return refused(`${sha} is not green on ${mirror}`);

    const amended = { ...change, candidate: sha, date: commit.committedAt };
    const to = await branches.write(versionCommit({ ...amended, base: head }));
    const moved = await effect<'here' | 'elsewhere'>({
      key: `amend ${repository} ${change.head} ${sha}`,
      lagMs: 0,
      probe: async () => {
        const now = await branches.find(repository, change.head);
        if (now === to) return 'here';
        return now === head ? undefined : 'elsewhere';
      },
      act: () => branches.advance(repository, change.head, { from: head, to }),
    });
    if (moved === 'elsewhere') return { kind: 'moved' };
    const body = await bodyOf(amended);
    await effect({
      key: `body ${repository}#${number} ${sha}`,
      lagMs: 0,
      probe: async () => ((await pullRequests.get(repository, number))?.body === body ? true : undefined),
      act: () => pullRequests.rewrite(repository, number, body),
    });
    return { kind: 'amended', head: to, date: amended.date };
  }

  /**
   * Undoes `openPullRequest` and what came after, however far it came. What is not ours, and what is merged, stays: also a branch whose
   * head is neither a commit of ours nor `followed`, a person's that the release has accepted.
   */
  async function withdrawPullRequest({ followed, ...change }: VersionChange & { readonly followed?: Sha }): Promise<Withdrawn> {
    const { repository, head, release } = change;
    const pull = await ours(change);
    if (pull?.state === 'merged') return { kind: 'merged', number: pull.number };
    if (pull?.state === 'open') await close(repository, pull.number);
    const named = pull && { number: pull.number };
    const at = await branches.find(repository, head);
    if (at === undefined) return { kind: 'withdrawn', ...named };
    if (at !== followed && (await releaseOf(repository, at)) !== release) return { kind: 'withdrawn', ...named, branchStays: at };
    await removeBranch(repository, head, at);
    return { kind: 'withdrawn', ...named };
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

  /** Has the forge merge it as soon as nothing is missing any more. */
  async function letMerge({ repository, number, sha, method }: Merge): Promise<'waits' | 'mergeable' | 'moved'> {
    let answer: 'mergeable' | 'moved' | undefined;
    await effect({
      key: `auto-merge ${repository}#${number} ${sha}`,
      lagMs: 0,
      probe: async () => ((await pullRequests.get(repository, number))?.mergesItself ? true : undefined),
      act: async () => {
        const now = await pullRequests.mergeWhenReady(repository, number, sha, method);
        if (now !== 'waits') answer = now;
        return true;
      },
    });
    return answer ?? 'waits';
  }

  /** Approves it at exactly `sha`, by a second identity; nobody's, where none is configured. */
  async function approvePullRequest({ repository, number, sha }: Pick<Merge, 'repository' | 'number' | 'sha'>): Promise<'approved' | 'nobody'> {
    const { reviewer } = forge;
    if (!reviewer) return 'nobody';
    await effect({
      key: `review ${repository}#${number} ${sha}`,
      lagMs: readLagMs,
      probe: async () => ((await reviewer.hasApproved(repository, number, sha)) ? true : undefined),
      act: () => reviewer.approve(repository, number, sha),
    });
    return 'approved';
  }

  async function bodyOf(change: VersionChange): Promise<string> {
    const { commits: carried, total } = await commits.range(change.mirror, change.pinned, change.candidate);
    return pullRequestBody({ ...change, commits: carried, total });
  }

  async function ours({ repository, head, branch, release, since, after }: VersionChange): Promise<PullRequest | undefined> {
    const all = await pullRequests.list(repository, head, branch);
    const mine = all.filter(({ number, body }) => number > after && body.includes(releaseMarker(release)));
    const going = mine.find((pull) => pull.state !== 'closed');
    const closed = mine.find((pull) => pull.createdAt >= since);
    // A list does not tell who closed it.
    return going ?? (closed && pullRequests.get(repository, closed.number));
  }

  /** Removes what releases of the component that were terminated have left open, or have begun. */
  async function clearTheWay({ repository, head, branch, component, release }: VersionChange, commit: Sha): Promise<void> {
    const open = (await pullRequests.list(repository, head, branch)).find(({ state }) => state === 'open');
    if (open) {
      const owner = markedRelease(open.body);
      if (owner?.component !== component) throw neverRetry('Conflict', `${open.url} is open on ${head}, and it is not this release's: it will not be touched`);
      await assertEnded(owner.id, open.url);
      await close(repository, open.number);
    }
    const at = await branches.find(repository, head);
    if (at === undefined || at === commit) return;
    const owner = await releaseOf(repository, at);
    if (owner === undefined || namedRelease(owner)?.component !== component) throw strange(repository, head, at);
    await assertEnded(owner, `branch ${head} of ${repository}`);
    await removeBranch(repository, head, at);

    async function assertEnded(id: string, what: string): Promise<void> {
      if (id !== release && (await releases.isRunning(id))) throw tryAgain('Unavailable', `${what} belongs to ${id}, which still runs`);
    }
  }

  /** The release that made a commit, by its trailer. */
  async function releaseOf(repository: Repository, sha: Sha): Promise<string | undefined> {
    return releaseTrailer(await commits.message(repository, sha));
  }

  async function branchAt({ repository, head }: VersionChange, sha: Sha): Promise<Sha | undefined> {
    const found = await branches.find(repository, head);
    if (found === undefined || found === sha) return found;
    throw strange(repository, head, found);
  }

  async function close(repository: Repository, number: number): Promise<void> {
    await effect({
      key: `close ${repository}#${number}`,
      lagMs: 0,
      probe: async () => ((await pullRequests.get(repository, number))?.state === 'open' ? undefined : true),
      act: () => pullRequests.close(repository, number),
    });
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

  return { openPullRequest, amendPullRequest, approvePullRequest, letMerge, withdrawPullRequest, mergePullRequest };
}

function versionCommit({ repository, base, file, candidate, title, release, date }: VersionChange): NewCommit {
  return { repository, parent: base, path: file, text: `${candidate}\n`, message: versionMessage(title, release), date };
}

function strange(repository: Repository, branch: string, at: Sha): Error {
  return neverRetry('Conflict', `branch ${branch} of ${repository} exists at ${at}, and it is not this release's: it will not be moved`);
}

function opened({ number, url, head, state, closedBy = 'somebody' }: PullRequest, carries: string): Opened {
  return { number, url, head, carries, ...(state === 'closed' && { closedBy }) };
}

/** What a pull request's state says about merging it at `sha`; undefined while it is still to be merged. */
function mergeSeen(pull: PullRequest | undefined, sha: Sha): Merged | undefined {
  if (!pull) throw tryAgain('Unavailable', 'the pull request is not shown yet');
  if (pull.state === 'closed') return { kind: 'closed', by: pull.closedBy ?? 'somebody' };
  if (pull.head !== sha) return { kind: 'moved' };
  if (pull.state === 'merged') return { kind: 'merged', sha: pull.mergeSha! };
  return undefined;
}
