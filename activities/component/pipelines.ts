import type { Seen } from '../../domain/changes/life.ts';
import type { Sha } from '../../domain/code/commit.ts';
import { isSha } from '../../domain/code/commit.ts';
import type { FailedCheck } from '../../domain/code/pipeline.ts';
import { toldWait } from '../../domain/code/pipeline.ts';
import type { Repository } from '../../domain/code/repository.ts';
import { missing, notYet } from '../../ports/failures.ts';
import type { PullRequest } from '../../ports/forge/pull-requests.ts';
import type { Ports } from '../../ports/ports.ts';
import { commitOnLine } from '../changes/branch-commit.ts';
import { reread } from '../doubt.ts';
import { containment } from '../environments/containment.ts';
import { changeLooks } from '../changes/looks.ts';
import type { ChangeLook } from '../changes/looks.ts';
import { releaseOf } from '../changes/trailer.ts';
import { verdicts } from '../changes/verdict.ts';
import type { VersionChange } from './version-change.ts';

/** A look at a version pull request that is to be merged. */
export interface VersionLook extends Omit<ChangeLook, 'repository' | 'into' | 'like'> {
  readonly change: VersionChange;
  /** Who has set the version that it carries, where that was a person. */
  readonly chosenBy?: string;
}

export interface Edited {
  readonly kind: 'edited';
  readonly head: Sha;
  readonly candidate: Sha;
  /** ISO 8601 */
  readonly date: string;
  readonly by?: string;
}

/** A person has pushed what the release can't follow by itself. */
export interface Foreign {
  readonly kind: 'foreign';
  readonly why: string;
  readonly head: Sha;
  /** What it would carry with it; nothing that may be released, where there is none. */
  readonly edit?: Edited;
  /** With it. */
  readonly isMerged?: true;
}

/** What has happened to it, and what the release has to do about. */
export type Turn =
  | Seen
  /** It carries another commit; `by` whom, where that was a person. */
  | Edited
  /** The version that a person has set is red on the mirror. */
  | { readonly kind: 'unfit'; readonly failed: readonly FailedCheck[] }
  | Foreign
  /** The base branch pins another commit than the one that the release started from. */
  | { readonly kind: 'overtaken'; readonly pinned: string };

export function createPipelines({ forge }: Pick<Ports, 'forge'>) {
  const { commits, pullRequests } = forge;
  const { progressOf, shown } = changeLooks(forge);
  const { verdictOf } = verdicts(forge);
  const { comesAfter } = containment(forge);

  /** Looks once. @throws `NotYet` while nothing has happened. */
  async function pipeline({ change, chosenBy, ...look }: VersionLook): Promise<Turn> {
    const { repository, branch, file, base } = change;
    // The pin first: once it has moved by our own merge, the pull request is seen as merged.
    const pinned = (await reread(`${file} on ${branch} of ${repository}`, () => commits.read(repository, file, branch)))?.trim() ?? '';
    const pull = await shown(repository, look);
    if (pull.state === 'closed') return { kind: 'closed', by: pull.closedBy ?? 'somebody' };
    if (look.known?.kind === 'foreign' && pull.head === look.known.head && pull.state === 'open') throw notYet(`${pull.url} holds what somebody has pushed`);
    if (pull.head !== look.head) return pushed(change, pull);
    if (pull.state === 'merged') return ripen({ change, chosenBy, known: look.known }, { kind: 'green' });
    if (pinned !== (change.pinnedAs ?? change.pinned) && pinned !== change.candidate) return { kind: 'overtaken', pinned };
    // How its pipeline stands matters no more.
    if (look.known?.kind === 'vetoed') throw notYet(`${change.candidate} is vetoed`);
    return ripen({ change, chosenBy, known: look.known }, await progressOf({ ...look, repository, into: branch, like: base }, pull));
  }

  /** A version that a person has set has been looked at by nobody: it goes on only if the mirror's checks allow it. */
  async function ripen({ change, chosenBy, known }: { readonly change: VersionChange; readonly chosenBy: string | undefined; readonly known: VersionLook['known'] }, turn: Turn): Promise<Turn> {
    if (chosenBy === undefined || turn.kind !== 'green') return turn;
    const { mirror, candidate, mirrorChecks: required, mirrorIgnores: ignored = [], patience = 0 } = change;
    const found = await verdictOf({ repository: mirror, sha: candidate, demand: { required, ignored, patience }, like: change.pinned });
    if (found.kind === 'green') return found.silent ? { ...turn, silent: [...(turn.silent ?? []), ...found.silent] } : turn;
    if (found.kind === 'pending') throw notYet(`still waiting for ${toldWait(found)} of ${candidate} on ${mirror}`);
    if (known?.kind === 'unfit') throw notYet(`${candidate} is still red on ${mirror}`);
    return { kind: 'unfit', failed: found.failed };
  }

  async function pushed(change: VersionChange, { number, head, state }: PullRequest): Promise<Edited | Foreign> {
    const { repository, file } = change;
    const others = (await pullRequests.files(repository, number)).filter((path) => path !== file);
    const edit = await edited(change, head);
    if (others.length === 0 && edit.kind === 'edited') return edit;
    const why = edit.kind === 'unfit' ? edit.why : `which changes ${others.slice(0, 3).join(', ')}`;
    return { kind: 'foreign', why: `somebody pushed ${head} to #${number}, ${why}`, head, ...(edit.kind === 'edited' && { edit }), ...(state === 'merged' && { isMerged: true }) };
  }

  /** What it carries at this head. */
  async function edited({ repository, branch, file, mirror, mirrorBranch, pinned }: VersionChange, head: Sha): Promise<Edited | { readonly kind: 'unfit'; readonly why: string }> {
    const unfit = (why: string) => ({ kind: 'unfit', why }) as const;
    const candidate = (await reread(`${file} at ${head}`, () => commits.read(repository, file, head)))?.trim() ?? '';
    if (!isSha(candidate)) return unfit(`where ${file} is not the SHA of a commit`);
    const commit = await reread(`${candidate} on ${mirror}`, () => commitOnLine(forge, mirror, mirrorBranch, candidate));
    if (!commit) return unfit(`with ${candidate}, which ${mirror} has neither on ${mirrorBranch} nor on a stable branch`);
    if (!(await comesAfter(mirror, pinned, candidate))) return unfit(`with ${candidate}, which does not come after ${pinned}`);
    const by = (await releaseOf(commits, repository, head)) === undefined ? await authorOf(repository, branch, head) : undefined;
    return { kind: 'edited', head, candidate, date: commit.committedAt, ...(by && { by }) };
  }

  async function authorOf(repository: Repository, branch: string, head: Sha): Promise<string> {
    const [newest] = (await commits.range(repository, branch, head)).commits;
    return newest?.login ?? newest?.author ?? 'somebody';
  }

  /** What one carries that was found open, or merged, with another version than was planned. */
  async function adoptPullRequest({ change, number }: Pick<VersionLook, 'change' | 'number'>): Promise<Edited | Foreign> {
    const pull = await pullRequests.get(change.repository, number);
    if (!pull) throw missing(`#${number} is not shown`);
    return pushed(change, pull);
  }

  return { pipeline, adoptPullRequest };
}
