import type { Sha } from '../../domain/code/commit.ts';
import { reread } from '../doubt.ts';
import type { PullRequest } from '../../ports/forge/pull-requests.ts';
import type { Ports } from '../../ports/ports.ts';
import { beating } from '../../ports/pulse.ts';
import { proposals } from '../changes/proposals.ts';
import type { Withdrawn } from '../changes/proposals.ts';
import { bodies, proposalOf, versionCommit } from './version-change.ts';
import type { VersionChange } from './version-change.ts';

export interface Opened {
  readonly number: number;
  readonly url: string;
  readonly head: Sha;
  /** What its version file holds: another commit than asked for where it was adopted. */
  readonly carries: string;
  /** Who has set the version that it carries, where that was a person. */
  readonly chosenBy?: string;
  /** Why it could not be labelled. */
  readonly unlabelled?: string;
  /** Set when a person closed it before this release could see it open. */
  readonly closedBy?: string;
}

export interface Withdrawal extends VersionChange {
  /** Where the release has seen its branch last. */
  readonly followed?: Sha;
  /** The pull request that it has opened: one that is known is not searched for. */
  readonly number?: number;
}

export function createOpening(ports: Pick<Ports, 'catalog' | 'forge' | 'environments' | 'components' | 'releases' | 'readLagMs'>) {
  const { branches, commits } = ports.forge;
  const { propose, withdraw } = proposals(ports);
  const { bodyOf } = bodies(ports);

  /** Opens it, or adopts the one that this release has open. @throws `Conflict` when the branch or an open pull request is somebody else's. */
  async function openPullRequest(change: VersionChange): Promise<Opened> {
    const { kind, pull, unlabelled } = await propose<never>(proposalOf(ports.forge, change), { commit: () => branches.write(versionCommit(change)), body: () => bodyOf(change) });
    const carries = kind === 'opened' ? change.candidate : ((await reread(`${change.file} at ${pull.head}`, () => commits.read(change.repository, change.file, pull.head)))?.trim() ?? '');
    return { ...opened(pull, carries), ...(unlabelled !== undefined && { unlabelled }) };
  }

  /** Undoes that and what came after, but for what is merged, and for somebody's work. */
  async function withdrawPullRequest({ followed, number, ...change }: Withdrawal): Promise<Withdrawn> {
    return withdraw(proposalOf(ports.forge, change), { followed, number });
  }

  return { openPullRequest: beating(openPullRequest), withdrawPullRequest: beating(withdrawPullRequest) };
}

function opened({ number, url, head, state, closedBy = 'somebody' }: PullRequest, carries: string): Opened {
  return { number, url, head, carries, ...(state === 'closed' && { closedBy }) };
}
