import type { Sha } from '../code/commit.ts';

/** A commit as the ledger of reverts reads it. */
export interface LedgerCommit {
  readonly sha: Sha;
  readonly parents: readonly Sha[];
  /** First line of the message. */
  readonly title: string;
  /** The lines after it. */
  readonly body: string;
}

/** What came onto the main line at once: a merge with the commits of its branch, or a single commit. */
export interface MainLineStep {
  readonly commit: LedgerCommit;
  /** Of a merge, its branch's. */
  readonly branch: readonly LedgerCommit[];
}

/**
 * What a history consists of, oldest first. Where its first parents lead out of what is given (the part of a history, a gap in it), it
 * goes on with the newest commit before that came onto the main line by itself.
 * @param commits parents before their children, as by `git log --topo-order --reverse`
 */
export function landingsOf(commits: readonly LedgerCommit[]): MainLineStep[] {
  const known = new Map(commits.map((commit) => [commit.sha, commit]));
  const taken = new Set<Sha>();
  const segments: MainLineStep[][] = [];
  for (const start of commits.toReversed()) {
    if (taken.has(start.sha)) continue;
    const line = firstParents(start, known, taken);
    for (const { sha } of line) taken.add(sha);
    // From the oldest on: what two branches share came with the first of them that was merged.
    segments.push(line.toReversed().map((commit) => ({ commit, branch: takeBranch(commit, known, taken) })));
  }
  return segments.toReversed().flat();
}

function firstParents(start: LedgerCommit, known: ReadonlyMap<Sha, LedgerCommit>, taken: ReadonlySet<Sha>): LedgerCommit[] {
  const line: LedgerCommit[] = [];
  for (let at: LedgerCommit | undefined = start; at && !taken.has(at.sha); at = known.get(at.parents[0]!)) line.push(at);
  return line;
}

function takeBranch({ parents }: LedgerCommit, known: ReadonlyMap<Sha, LedgerCommit>, taken: Set<Sha>): LedgerCommit[] {
  const branch: LedgerCommit[] = [];
  const open = parents.slice(1);
  for (let sha = open.pop(); sha !== undefined; sha = open.pop()) {
    const commit = known.get(sha);
    if (!commit || taken.has(sha)) continue;
    taken.add(sha);
    branch.push(commit);
    open.push(...commit.parents);
  }
  return branch.toReversed();
}
