import type { Sha } from '../../domain/code/commit.ts';
import { pullRequestBody } from '../../domain/component/pull-request-body.ts';
import type { Outstanding } from '../../domain/environments/outstanding.ts';
import { marker } from '../../domain/code/marker.ts';
import { versionMessage } from '../../domain/code/trailer.ts';
import type { Forge } from '../../ports/forge/forge.ts';
import type { NewCommit } from '../../ports/forge/branches.ts';
import type { Proposal } from '../changes/proposals.ts';
import { readOutstanding } from '../environments/outstanding.ts';
import type { Ports } from '../../ports/ports.ts';
import type { PullRequest } from '../../ports/forge/pull-requests.ts';
import type { Repository } from '../../domain/code/repository.ts';

/** The version pull request of one release. */
export interface VersionChange {
  readonly release: string;
  readonly component: string;
  readonly mirror: Repository;
  readonly mirrorBranch: string;
  readonly mirrorChecks: readonly string[];
  readonly mirrorIgnores?: readonly string[];
  /** How long (ms) what may never report there is waited for. */
  readonly patience?: number;
  readonly pinned: Sha;
  /** How the version file says that, where it names a version. */
  readonly pinnedAs?: string;
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
  /** The candidate comes before what is pinned. */
  readonly isBack?: true;
  /** "Slipway <slipway@example.com>" */
  readonly signoff?: string;
  /** Where it is to go. */
  readonly environments?: readonly string[];
  /** ISO 8601. A pull request that was closed before is somebody's earlier decision, not about this release. */
  readonly since: string;
  /** Those up to this number don't count: the release has withdrawn them itself. 0 at first. */
  readonly after: number;
}

export function versionCommit({ repository, head: branch, base, file, candidate, title, release, signoff, date }: VersionChange): NewCommit {
  return { repository, branch, parent: base, path: file, text: `${candidate}\n`, message: versionMessage(title, release, signoff), date };
}

export function bodies(ports: Pick<Ports, 'catalog' | 'forge' | 'environments' | 'components' | 'releases'>) {
  const { outstanding } = readOutstanding(ports);

  async function bodyOf(change: VersionChange): Promise<string> {
    const [from, to] = change.isBack ? [change.candidate, change.pinned] : [change.pinned, change.candidate];
    const { commits, total } = await ports.forge.commits.range(change.mirror, from, to);
    return pullRequestBody({ ...change, commits, total, outstanding: await findOutstanding(change) });
  }

  /** An environment that does not tell what it runs keeps nothing from being opened: whoever approves is told then. */
  async function findOutstanding({ component, candidate, pinned, mirror: source, repository, environments = [] }: VersionChange): Promise<readonly Outstanding[]> {
    const found = await Promise.all(environments.map((environment) => outstanding({ component, candidate, source, environment, repository }).catch(() => undefined)));
    return found.filter((one) => one !== undefined && one.runs !== undefined && (one.runs !== pinned || one.halted.length > 0)) as readonly Outstanding[];
  }

  return { bodyOf };
}

/** It takes the place of what any release of the component has left. */
export function proposalOf(forge: Forge, change: VersionChange): Proposal {
  const { repository, head, branch, title, labels, release, component } = change;
  return { repository, branch: head, into: branch, title, labels, release, pick: (listed) => own(forge, change, listed), replaces: (left) => left.component === component };
}

/**
 * Of those listed, the pull request of this release: the one that is open or merged, else the newest that was closed. One that a run before this merged
 * counts only while it has a say: where it was taken off the branch again, another one is wanted.
 */
async function own({ commits, pullRequests }: Forge, { repository, branch, file, release, since, after }: VersionChange, listed: readonly PullRequest[]): Promise<PullRequest | undefined> {
  const mine = listed.filter(({ number, body }) => number > after && body.includes(marker(release)));
  const open = mine.find(({ state }) => state === 'open');
  if (open) return open;
  // The forge cuts its times to seconds; as text, those sort behind the same second with a fraction.
  const ofThisRun = mine.filter(({ createdAt }) => createdAt >= since);
  const merged = ofThisRun.find(({ state }) => state === 'merged') ?? (await stillPinned(mine.find(({ state }) => state === 'merged')));
  const [closed] = ofThisRun;
  // A list does not tell who closed it.
  return merged ?? (closed && pullRequests.get(repository, closed.number));

  async function stillPinned(pull: PullRequest | undefined): Promise<PullRequest | undefined> {
    if (!pull) return undefined;
    const [carries, pinned] = [await commits.read(repository, file, pull.mergeSha ?? pull.head), await commits.read(repository, file, branch)];
    return carries === pinned ? pull : undefined;
  }
}
