import type { Sha } from '../../domain/code/commit.ts';
import type { Repository } from '../../domain/code/repository.ts';
import { markedRelease, namedRelease } from '../../domain/release/kinds.ts';
import type { NamedRelease } from '../../domain/release/kinds.ts';
import { neverRetry, tryAgain } from '../../ports/failures.ts';
import type { PullRequest } from '../../ports/forge/pull-requests.ts';
import type { Ports } from '../../ports/ports.ts';
import { releaseOf } from './trailer.ts';
import { pullRequestWrites, strange } from './writes.ts';

/** A pull request that a release is to have, whatever it carries. */
export interface Proposal {
  readonly repository: Repository;
  /** Its own branch. */
  readonly branch: string;
  /** The branch that it is to be merged into. */
  readonly into: string;
  readonly title: string;
  readonly labels: readonly string[];
  /** The id of the release, which the trailers of its commits name. */
  readonly release: string;
  /** Of those listed on its branch, newest first, the one of this release, in whatever state it counts. */
  pick(listed: readonly PullRequest[]): Promise<PullRequest | undefined>;
  /** Whether it takes the place of what that release has left on the branch, once that has ended. */
  replaces(left: NamedRelease): boolean;
}

export interface Contents<Refused> {
  /** Writes the commit that the branch is to begin at; on no branch yet. */
  commit(listed: readonly PullRequest[]): Promise<Sha | Refused>;
  body(): Promise<string>;
  /** Lets the branch begin there, where that is not for the forge. */
  begin?(commit: Sha): Promise<void>;
}

export interface Proposed {
  readonly kind: 'found' | 'opened';
  readonly pull: PullRequest;
  /** Why it could not be labelled. */
  readonly unlabelled?: string;
}

export interface Description {
  readonly number: number;
  /** What tells this body from others of the same pull request. */
  readonly of: string;
  body(): Promise<string>;
}

/** What has become of a change that was taken back. */
export type Withdrawn =
  | {
      readonly kind: 'withdrawn';
      readonly number?: number;
      /** A branch that holds somebody's work. */
      readonly branchStays?: Sha;
      /** Why the branch could not be removed. */
      readonly unremoved?: string;
    }
  | { readonly kind: 'merged'; readonly number: number };

/** How a release's pull request is opened, moved on and taken back; its capability knows what it carries. */
export function proposals({ forge, releases, readLagMs }: Pick<Ports, 'forge' | 'releases' | 'readLagMs'>) {
  const { branches, commits, pullRequests } = forge;
  const writes = pullRequestWrites({ forge, readLagMs });

  /** Opens it, or takes the one that this release has. @throws `Conflict` when the branch, or what is open on it, is somebody else's */
  async function propose<Refused extends object>(proposal: Proposal, { commit: write, body, begin }: Contents<Refused>): Promise<Proposed | Refused> {
    const { repository, branch, into, title, labels, pick } = proposal;
    let listed: readonly PullRequest[] = [];
    let kind: Proposed['kind'] = 'found';
    const find = async () => pick((listed = await pullRequests.list(repository, branch, into)));
    const before = await find();
    const commit = before ? before.head : await write(listed);
    if (typeof commit !== 'string') return commit;
    const pull = await writes.open(repository, branch, find, async () => {
      await clearTheWay(proposal, { commit, listed, isWritten: begin === undefined });
      await (begin ? begin(commit) : writes.begin(repository, branch, commit));
      kind = 'opened';
      return { repository, head: branch, base: into, title, body: await body() };
    });
    const unlabelled = pull.state === 'open' ? await writes.label(repository, pull, labels) : undefined;
    return { kind, pull, ...(unlabelled !== undefined && { unlabelled }) };
  }

  /**
   * Takes over what releases that have ended have left: open, or a branch. Nothing of a branch is lost that is merged, or that a pull request of theirs still shows.
   * The list that lacks ours decides: a later one might show it.
   */
  async function clearTheWay({ repository, branch, into, release, replaces }: Proposal, { commit, listed, isWritten }: { readonly commit: Sha; readonly listed: readonly PullRequest[]; readonly isWritten: boolean }): Promise<void> {
    const open = listed.find(({ state }) => state === 'open');
    if (open) {
      const owner = markedRelease(open.body);
      if (!owner || !replaces(owner)) throw neverRetry('Conflict', `${open.url} is open on ${branch}, and it is not this release's: it will not be touched`);
      await assertEnded(owner.id, open.url);
      await writes.close(repository, open);
    }
    const at = await branches.find(repository, branch);
    if (at === undefined || at === commit) return;
    const shown = listed.filter(({ head }) => head === at).map(({ body }) => markedRelease(body)).find((owner) => owner && replaces(owner));
    const owner = shown ?? namedRelease((await releaseOf(commits, repository, at)) ?? '');
    if (owner && replaces(owner)) await assertEnded(owner.id, `branch ${branch} of ${repository}`);
    else if ((await commits.range(repository, at, into)).diverged) throw strange(repository, branch, at);
    if (isWritten) await writes.reuse(repository, branch, { from: at, to: commit });
    else await writes.removeBranch(repository, branch, at);

    async function assertEnded(id: string, what: string): Promise<void> {
      if (id !== release && (await releases.isRunning(id))) throw tryAgain('Unavailable', `${what} belongs to ${id}, which still runs`);
    }
  }

  /** Moves it on to a commit that follows the head which is known, unless somebody else has moved it. @param tells its body from then on */
  async function amend({ repository, branch }: Proposal, { from, to, tells }: { readonly from: Sha; readonly to: Sha; readonly tells?: Description }): Promise<'amended' | 'moved'> {
    if ((await writes.advance(repository, branch, { from, to })) === 'elsewhere') return 'moved';
    if (tells) await describe(repository, tells);
    return 'amended';
  }

  /** Lets its body tell what it carries. */
  async function describe(repository: Repository, { number, of, body }: Description): Promise<void> {
    await writes.describe(repository, number, { text: of, body: await body() });
  }

  /**
   * Undoes `propose` and what came after, however far it came. What is not ours, and what is merged, stays: also a branch whose
   * head is neither a commit of ours nor `followed`, a person's that the release has accepted. A `number` that is known is not searched for.
   */
  async function withdraw({ repository, branch, into, release, pick }: Proposal, { followed, number }: { readonly followed?: Sha | undefined; readonly number?: number | undefined }): Promise<Withdrawn> {
    const pull = number === undefined ? await pick(await pullRequests.list(repository, branch, into)) : await writes.known(repository, number);
    if (pull && (await writes.close(repository, pull)) === 'merged') return { kind: 'merged', number: pull.number };
    const named = pull && { number: pull.number };
    const at = await branches.find(repository, branch);
    if (at === undefined) return { kind: 'withdrawn', ...named };
    if (at !== followed && (await releaseOf(commits, repository, at)) !== release) return { kind: 'withdrawn', ...named, branchStays: at };
    const unremoved = await writes.removeBranch(repository, branch, at);
    return { kind: 'withdrawn', ...named, ...(unremoved !== undefined && { unremoved }) };
  }

  return { propose, amend, describe, withdraw };
}
