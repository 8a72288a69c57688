import { git, gitHolds, runGit } from './git.ts';

export interface Person {
  readonly name: string;
  readonly email: string;
  /** Unix time in seconds. */
  readonly time: number;
}

export interface Commit {
  readonly sha: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Person;
  readonly committer: Person;
  readonly message: string;
}

export interface LogQuery {
  readonly from: string;
  /** Leave out what this commit can reach. */
  readonly excluding?: string | undefined;
  readonly skip?: number;
  readonly limit?: number;
  readonly path?: string | undefined;
  readonly author?: string | undefined;
  /** ISO 8601 */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

export interface FileChange {
  readonly path: string;
  readonly previousPath?: string;
  readonly status: 'added' | 'removed' | 'modified' | 'renamed';
  /** Blob id after the change; before it, if the file was removed. */
  readonly sha: string;
  readonly additions: number;
  readonly deletions: number;
  readonly patch?: string;
}

export type MergeResult = { readonly kind: 'clean'; readonly tree: string } | { readonly kind: 'conflict' };

const fields = ['%H', '%T', '%P', '%an', '%ae', '%at', '%cn', '%ce', '%ct', '%B'].join('%x1f');

/** @throws Error when there is no such commit */
export async function readCommit(dir: string, sha: string): Promise<Commit> {
  const [commit] = await log(dir, { from: sha, limit: 1 });
  if (commit === undefined) throw new Error(`${sha} is no commit`);
  return commit;
}

/** One second after the newest of these commits. */
export async function timeAfter(gitDir: string, parents: readonly string[]): Promise<number> {
  const commits = await Promise.all(parents.map((parent) => readCommit(gitDir, parent)));
  return Math.max(0, ...commits.map(({ committer }) => committer.time)) + 1;
}

export async function log(dir: string, query: LogQuery): Promise<Commit[]> {
  const paging = [`--skip=${query.skip ?? 0}`, ...(query.limit === undefined ? [] : [`--max-count=${query.limit}`])];
  const { stdout } = await runGit(dir, ['log', '-z', `--format=${fields}`, ...paging, ...range(query)]);
  return stdout.toString('utf8').split('\0').filter(Boolean).map(parseCommit);
}

export async function countCommits(dir: string, query: LogQuery): Promise<number> {
  return Number(await git(dir, ['rev-list', '--count', ...range(query)]));
}

/** The commit that a commit or annotated tag stands for, or a short id is short for. */
export async function peelToCommit(dir: string, sha: string): Promise<string | undefined> {
  const { code, stdout } = await runGit(dir, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${sha}^{commit}`], { accept: [1, 128] });
  return code === 0 ? stdout.toString('utf8').trim() : undefined;
}

export function isAncestor(dir: string, ancestor: string, descendant: string): Promise<boolean> {
  return gitHolds(dir, ['merge-base', '--is-ancestor', ancestor, descendant]);
}

export async function mergeBase(dir: string, one: string, other: string): Promise<string | undefined> {
  const { code, stdout } = await runGit(dir, ['merge-base', one, other], { accept: [1] });
  return code === 0 ? stdout.toString('utf8').trim() : undefined;
}

/** A real three-way merge that touches no ref. */
export async function mergeTrees(dir: string, one: string, other: string): Promise<MergeResult> {
  const { code, stdout } = await runGit(dir, ['merge-tree', '--write-tree', '--no-messages', one, other], { accept: [1, 128] });
  if (code !== 0) return { kind: 'conflict' };
  return { kind: 'clean', tree: stdout.toString('utf8').trim() };
}

export async function changedFiles(dir: string, from: string, to: string): Promise<FileChange[]> {
  const { stdout } = await runGit(dir, ['diff', '-M', '--raw', '--numstat', '-z', '--no-abbrev', from, to]);
  const changes = parseChanges(stdout.toString('utf8').split('\0'));
  if (changes.length === 0 || changes.length > 100) return changes;
  const patches = splitPatches(await git(dir, ['diff', '-M', '--no-color', from, to]));
  return changes.map((change, index) => ({ ...change, ...(patches[index] ? { patch: patches[index] } : {}) }));
}

function range({ from, excluding, path, author, since, until }: LogQuery): string[] {
  return [
    ...(author === undefined ? [] : ['--fixed-strings', `--author=${author}`]),
    ...(since === undefined ? [] : [`--since=${since}`]),
    ...(until === undefined ? [] : [`--until=${until}`]),
    from,
    ...(excluding === undefined ? [] : [`^${excluding}`]),
    '--',
    ...(path === undefined ? [] : [path]),
  ];
}

function parseCommit(record: string): Commit {
  const [sha = '', tree = '', parents = '', an = '', ae = '', at = '', cn = '', ce = '', ct = '', ...message] = record.split('\x1f');
  return {
    sha,
    tree,
    parents: parents.split(' ').filter(Boolean),
    author: { name: an, email: ae, time: Number(at) },
    committer: { name: cn, email: ce, time: Number(ct) },
    message: message.join('\x1f').replace(/\n+$/, ''),
  };
}

const statuses: Readonly<Record<string, FileChange['status']>> = { A: 'added', D: 'removed', R: 'renamed' };

/** With -z, `git diff --raw --numstat` prints all raw records first, then all counts, in the same order. */
function parseChanges(tokens: readonly string[]): FileChange[] {
  const raw: { status: FileChange['status']; sha: string; path: string; previousPath?: string }[] = [];
  let at = 0;
  for (; tokens[at]?.startsWith(':'); at += 1) {
    const [, , before = '', after = '', letter = 'M'] = tokens[at]!.split(' ');
    const status = statuses[letter.charAt(0)] ?? 'modified';
    const previousPath = status === 'renamed' ? tokens[(at += 1)]! : undefined;
    const path = tokens[(at += 1)]!;
    raw.push({ status, sha: status === 'removed' ? before : after, path, ...(previousPath === undefined ? {} : { previousPath }) });
  }
  return raw.map((change) => {
    const [additions = '0', deletions = '0'] = tokens[at]!.split('\t');
    at += change.status === 'renamed' ? 3 : 1;
    return { ...change, additions: Number(additions) || 0, deletions: Number(deletions) || 0 };
  });
}

function splitPatches(text: string): string[] {
  return text.split(/^diff --git .*$/m).slice(1).map((part) => {
    const hunks = part.indexOf('\n@@');
    return hunks < 0 ? '' : part.slice(hunks + 1).trimEnd();
  });
}
