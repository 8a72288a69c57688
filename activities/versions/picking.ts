import type { Sha } from '../../domain/code/commit.ts';
import type { Repository } from '../../domain/code/repository.ts';
import { originsOf } from '../../domain/environments/contents.ts';
import { keptTrailers, pickedMessage } from '../../domain/versions/backport.ts';
import type { Requested } from '../../domain/versions/backport.ts';
import { neverRetry } from '../../ports/failures.ts';
import type { Git, GitCommit } from '../../ports/git/git.ts';
import type { Ports } from '../../ports/ports.ts';
import { versionCommits } from './commits.ts';

export type Picked =
  /** On top of the branch; in the clone only, until somebody pushes it. */
  | { readonly kind: 'picked'; readonly head: Sha }
  /** The branch has it: by these picks, or itself. */
  | { readonly kind: 'there'; readonly as: readonly Sha[] }
  /** These files can't be put together. `head` has them with the marks of the conflict. */
  | { readonly kind: 'conflict'; readonly paths: readonly string[]; readonly head: Sha };

/** More commits than these are no change that is picked. */
const mostCommits = 250;

/** Brings what a pull request has merged onto another branch. */
export function picks({ forge, git }: Pick<Ports, 'forge' | 'git'>) {
  const { notBefore } = versionCommits(git);

  /** @param onto head of the branch; `main` head of the one that it was merged into */
  async function pick(repository: Repository, change: Requested, { onto, main, from }: { readonly onto: Sha; readonly main: Sha; readonly from: string }): Promise<Picked> {
    const { since, commits, merge } = await broughtBy(repository, change, from);
    if ((await git.mergeBase(repository, merge.sha, onto)) === merge.sha) return { kind: 'there', as: [merge.sha] };
    const there = await git.log(repository, { from: main, to: onto });
    const as = there.filter((commit) => originsOf(commit).some((origin) => origin === merge.sha || commits.some(({ sha }) => sha === origin)));
    if (isAllThere(as, commits, merge)) return { kind: 'there', as: as.map(({ sha }) => sha) };

    const message = commits.length === 1 && commits[0]!.sha === merge.sha ? pickedMessage(merge.message, [merge.sha]) : pickedMessage(merge.message, [...new Set([...commits.map(({ sha }) => sha), merge.sha])], keptTrailers(merge.message, commits));
    const date = await notBefore(repository, merge.committedAt, onto);
    const whole = await git.write(repository, { kind: 'pick', commit: merge.sha, since, onto, message, date });
    if (whole.kind === 'empty') return { kind: 'there', as: as.map(({ sha }) => sha) };
    if (whole.kind === 'conflict') return { kind: 'conflict', paths: whole.paths, head: whole.sha };
    const singly = commits.length > 1 || commits[0]?.sha !== merge.sha ? await pickSingly(git, repository, commits, onto) : undefined;
    const isSame = singly !== undefined && (await treeOf(repository, singly)) === (await treeOf(repository, whole.sha));
    return { kind: 'picked', head: isSame ? singly : whole.sha };
  }

  /** Each by itself, with its author and its trailers; undefined where they can't be: what a merge has mended is in none of them. */
  async function pickSingly(program: Git, repository: Repository, commits: readonly GitCommit[], onto: Sha): Promise<Sha | undefined> {
    let head = onto;
    for (const { sha, message, committedAt } of commits) {
      const picked = await program.write(repository, { kind: 'pick', commit: sha, onto: head, message: pickedMessage(message, [sha]), date: await notBefore(repository, committedAt, head) });
      if (picked.kind === 'conflict') return undefined;
      if (picked.kind === 'written') head = picked.sha;
    }
    return head;
  }

  async function treeOf(repository: Repository, commit: Sha): Promise<Sha | undefined> {
    return (await git.log(repository, { to: commit, limit: 1 }))[0]?.tree;
  }

  /** The commits that a merged pull request consists of, oldest first, and what they were made on. */
  async function broughtBy(repository: Repository, { number, mergeSha }: Requested, base: string): Promise<{ readonly merge: GitCommit; readonly since: Sha; readonly commits: readonly GitCommit[] }> {
    const [merge] = await git.log(repository, { to: mergeSha, limit: 1 });
    const [first, ...others] = merge?.parents ?? [];
    if (!merge || first === undefined) throw neverRetry('InvalidInput', `${mergeSha}, by which #${number} was merged, has no parent: it can't be picked`);
    if (others.length > 0) {
      const commits = await git.log(repository, { from: first, to: mergeSha });
      return { merge, since: first, commits: oldestFirst(commits.filter(({ parents }) => parents.length === 1)) };
    }
    // Squashed, it is one commit; rebased, those below it were brought by the same pull request.
    const commits = [merge];
    let since = first;
    while (commits.length < mostCommits) {
      const [below] = await git.log(repository, { to: since, limit: 1 });
      const [parent] = below?.parents ?? [];
      if (!below || parent === undefined || !(await forge.pullRequests.landing(repository, below.sha, base)).some((pull) => pull.number === number)) break;
      commits.unshift(below);
      since = parent;
    }
    return { merge, since, commits };
  }

  return { pick };
}

function isAllThere(picked: readonly GitCommit[], commits: readonly GitCommit[], merge: GitCommit): boolean {
  const origins = new Set(picked.flatMap(originsOf));
  return origins.has(merge.sha) || (commits.length > 0 && commits.every(({ sha }) => origins.has(sha)));
}

/** Each behind its parents, whatever their clocks said. */
function oldestFirst(commits: readonly GitCommit[]): readonly GitCommit[] {
  const bySha = new Map(commits.map((commit) => [commit.sha, commit]));
  const sorted = new Set<GitCommit>();
  const visit = (commit: GitCommit): void => {
    if (sorted.has(commit)) return;
    for (const parent of commit.parents) if (bySha.has(parent)) visit(bySha.get(parent)!);
    sorted.add(commit);
  };
  commits.toReversed().forEach(visit);
  return [...sorted];
}
