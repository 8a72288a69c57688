import type { Sha } from '../../domain/code/commit.ts';
import { pullRequestBody } from '../../domain/component/pull-request-body.ts';
import { marker } from '../../domain/code/marker.ts';
import { versionMessage } from '../../domain/code/trailer.ts';
import type { Commits } from '../../ports/forge/commits.ts';
import type { Forge } from '../../ports/forge/forge.ts';
import type { NewCommit } from '../../ports/forge/branches.ts';
import type { PullRequest } from '../../ports/forge/pull-requests.ts';
import type { Repository } from '../../domain/code/repository.ts';

/** The version pull request of one release. */
export interface VersionChange {
  readonly release: string;
  readonly component: string;
  readonly mirror: Repository;
  readonly mirrorBranch: string;
  readonly mirrorChecks: readonly string[];
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

export function versionCommit({ repository, base, file, candidate, title, release, date }: VersionChange): NewCommit {
  return { repository, parent: base, path: file, text: `${candidate}\n`, message: versionMessage(title, release), date };
}

export async function bodyOf(commits: Commits, change: VersionChange): Promise<string> {
  const { commits: carried, total } = await commits.range(change.mirror, change.pinned, change.candidate);
  return pullRequestBody({ ...change, commits: carried, total });
}

/** The pull request of this release: the one that is open or merged, else the newest that was closed. */
export async function own({ pullRequests }: Forge, { repository, head, branch, release, since, after }: VersionChange): Promise<PullRequest | undefined> {
  const all = await pullRequests.list(repository, head, branch);
  const mine = all.filter(({ number, body }) => number > after && body.includes(marker(release)));
  const going = mine.find((pull) => pull.state !== 'closed');
  // The forge cuts its times to seconds; as text, those sort behind the same second with a fraction.
  const closed = mine.find((pull) => pull.createdAt >= since);
  // A list does not tell who closed it.
  return going ?? (closed && pullRequests.get(repository, closed.number));
}
