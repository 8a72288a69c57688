import type { Sha } from '../../domain/code/commit.ts';
import { neverRetry, tryAgain } from '../../ports/failures.ts';
import type { PullRequest } from '../../ports/forge/pull-requests.ts';
import type { Ports } from '../../ports/ports.ts';
import { beating } from '../../ports/pulse.ts';
import { bodies, own, versionCommit } from './version-change.ts';
import { releaseOf } from '../changes/trailer.ts';
import type { VersionChange } from './version-change.ts';
import { pullRequestWrites, strange } from '../changes/writes.ts';
import { markedRelease, namedRelease } from '../../domain/release/kinds.ts';

export interface Opened {
  readonly number: number;
  readonly url: string;
  readonly head: Sha;
  /** What its version file holds: another commit than asked for where it was adopted. */
  readonly carries: string;
  /** Who has set the version that it carries, where that was a person. */
  readonly chosenBy?: string;
  /** Set when a person closed it before this release could see it open. */
  readonly closedBy?: string;
}

export function createOpening(ports: Pick<Ports, 'catalog' | 'forge' | 'environments' | 'releases' | 'readLagMs'>) {
  const { forge, releases } = ports;
  const { branches, commits, pullRequests } = forge;
  const writes = pullRequestWrites(ports);
  const { bodyOf } = bodies(ports);

  /** Opens it, or adopts the one that this release has open. @throws `Conflict` when the branch or an open pull request is somebody else's. */
  async function openPullRequest(change: VersionChange): Promise<Opened> {
    const { repository, head, branch, file, title, labels, candidate } = change;
    let listed: readonly PullRequest[] = [];
    let begun: Sha | undefined;
    const find = async () => own(forge, change, (listed = await pullRequests.list(repository, head, branch)));
    const pull = await writes.open(repository, head, find, async () => {
      begun = await branches.write(versionCommit(change));
      await clearTheWay(change, { commit: begun, listed });
      await writes.begin(repository, head, begun);
      return { repository, head, base: branch, title, body: await bodyOf(change) };
    });
    if (pull.state === 'open') await writes.label(repository, pull, labels);
    return opened(pull, pull.head === begun ? candidate : ((await commits.read(repository, file, pull.head))?.trim() ?? ''));
  }

  /** Removes what releases of the component that were terminated have left open, or have begun. The list that lacks ours decides: a later one might show it. */
  async function clearTheWay({ repository, head, component, release }: VersionChange, { commit, listed }: { readonly commit: Sha; readonly listed: readonly PullRequest[] }): Promise<void> {
    const open = listed.find(({ state }) => state === 'open');
    if (open) {
      const owner = markedRelease(open.body);
      if (owner?.component !== component) throw neverRetry('Conflict', `${open.url} is open on ${head}, and it is not this release's: it will not be touched`);
      await assertEnded(owner.id, open.url);
      await writes.close(repository, open);
    }
    const at = await branches.find(repository, head);
    if (at === undefined || at === commit) return;
    const owner = await releaseOf(commits, repository, at);
    if (owner === undefined || namedRelease(owner)?.component !== component) throw strange(repository, head, at);
    await assertEnded(owner, `branch ${head} of ${repository}`);
    await writes.removeBranch(repository, head, at);

    async function assertEnded(id: string, what: string): Promise<void> {
      if (id !== release && (await releases.isRunning(id))) throw tryAgain('Unavailable', `${what} belongs to ${id}, which still runs`);
    }
  }

  return { openPullRequest: beating(openPullRequest) };
}

function opened({ number, url, head, state, closedBy = 'somebody' }: PullRequest, carries: string): Opened {
  return { number, url, head, carries, ...(state === 'closed' && { closedBy }) };
}
