import { changedFiles, countCommits, log, mergeBase, readCommit } from '../../git/history.ts';
import { isoSeconds } from '../../world/clock.ts';
import { json } from '../../http/exchange.ts';
import { linkHeader, window } from '../call.ts';
import { renderProtection } from './protection.ts';
import { resolveCommit } from './refs.ts';
import { Refusal, notFound } from '../refusal.ts';
import { apiUrl, htmlUrl, renderRepository } from './repository.ts';
import { nodeId, renderUser } from '../people/users.ts';
import type { Commit, FileChange, Person } from '../../git/history.ts';
import type { Call, Handlers } from '../call.ts';
import type { Repository } from '../state.ts';
import type { World } from '../../world/state.ts';

export const commitHandlers = {
  'repos/get': ({ world, repository }) => json(200, renderRepository(world, repository)),
  'repos/get-branch': getBranch,
  'repos/list-commits': listCommits,
  'repos/get-commit': getCommit,
  'repos/compare-commits-with-basehead': compare,
} satisfies Handlers<'repos/get' | 'repos/get-branch' | 'repos/list-commits' | 'repos/get-commit' | 'repos/compare-commits-with-basehead'>;

export function renderCommit(world: World, repository: Repository, commit: Commit) {
  const url = `${apiUrl(world, repository)}/commits/${commit.sha}`;
  return {
    sha: commit.sha,
    node_id: nodeId('C', commit.sha),
    commit: {
      author: renderPerson(commit.author),
      committer: renderPerson(commit.committer),
      message: commit.message,
      tree: { sha: commit.tree, url: `${apiUrl(world, repository)}/git/trees/${commit.tree}` },
      url: `${apiUrl(world, repository)}/git/commits/${commit.sha}`,
      comment_count: 0,
      verification: { verified: false, reason: 'unsigned', signature: null, payload: null, verified_at: null },
    },
    url,
    html_url: `${htmlUrl(world, repository)}/commit/${commit.sha}`,
    comments_url: `${url}/comments`,
    author: accountOf(world, commit.author),
    committer: accountOf(world, commit.committer),
    parents: commit.parents.map((sha) => renderParent(world, repository, sha)),
  };
}

export function renderPerson({ name, email, time }: Person) {
  return { name, email, date: isoSeconds(time) };
}

export function renderParent(world: World, repository: Repository, sha: string) {
  return { sha, url: `${apiUrl(world, repository)}/commits/${sha}`, html_url: `${htmlUrl(world, repository)}/commit/${sha}` };
}

/** GitHub's `diff-entry`. */
export function renderFile(world: World, repository: Repository, sha: string, file: FileChange) {
  const path = encodeURI(file.path);
  return {
    sha: file.sha,
    filename: file.path,
    status: file.status,
    additions: file.additions,
    deletions: file.deletions,
    changes: file.additions + file.deletions,
    blob_url: `${htmlUrl(world, repository)}/blob/${sha}/${path}`,
    raw_url: `${htmlUrl(world, repository)}/raw/${sha}/${path}`,
    contents_url: `${apiUrl(world, repository)}/contents/${path}?ref=${sha}`,
    ...(file.patch === undefined ? {} : { patch: file.patch }),
    ...(file.previousPath === undefined ? {} : { previous_filename: file.previousPath }),
  };
}

/** @throws Refusal 404 or 422 when the name stands for no commit */
export async function commitNamed(repository: Repository, name: string): Promise<string> {
  const sha = await resolveCommit(repository, name);
  if (sha === undefined) throw new Refusal(422, `No commit found for SHA: ${name}`);
  return sha;
}

async function getBranch({ world, repository, params }: Call<'repos/get-branch'>) {
  const branch = params['branch'] ?? '';
  const sha = repository.refs.get(`refs/heads/${branch}`);
  if (sha === undefined) throw new Refusal(404, 'Branch not found');
  const self = `${apiUrl(world, repository)}/branches/${encodeURIComponent(branch)}`;
  const protection = repository.protections.get(branch);
  return json(200, {
    name: branch,
    commit: renderCommit(world, repository, await readCommit(repository.gitDir, sha)),
    _links: { self, html: `${htmlUrl(world, repository)}/tree/${branch}` },
    protected: protection !== undefined,
    protection: protection === undefined ? { enabled: false } : { enabled: true, ...renderProtection(`${self}/protection`, protection) },
    protection_url: `${self}/protection`,
  });
}

async function listCommits(call: Call<'repos/list-commits'>) {
  const { world, repository, query } = call;
  const from = await resolveCommit(repository, query.get('sha') ?? repository.defaultBranch);
  if (from === undefined) throw notFound();
  const filters = {
    from,
    path: query.get('path') ?? undefined,
    author: query.get('author') ?? undefined,
    since: query.get('since') ?? undefined,
    until: query.get('until') ?? undefined,
  };
  const commits = await log(repository.gitDir, { ...filters, ...window(call) });
  const total = await countCommits(repository.gitDir, filters);
  return { ...json(200, commits.map((commit) => renderCommit(world, repository, commit))), headers: linkHeader(call, total) };
}

/** Files that one answer tells of, and those of a commit that all its pages do. */
const [filesInOneAnswer, mostFiles] = [300, 3_000];

async function getCommit(call: Call<'repos/get-commit'>) {
  const { world, repository, params, headers, query } = call;
  const sha = await commitNamed(repository, params['ref'] ?? '');
  if (headers.accept?.includes('.sha')) return { status: 200, headers: { 'content-type': 'text/plain' }, body: sha };
  const commit = await readCommit(repository.gitDir, sha);
  const files = await changedFiles(repository.gitDir, commit.parents[0] ?? emptyTree, sha);
  const listed = files.slice(0, mostFiles);
  const { skip, limit } = query.has('per_page') ? window(call) : { skip: ((Number(query.get('page')) || 1) - 1) * filesInOneAnswer, limit: filesInOneAnswer };
  const body = {
    ...renderCommit(world, repository, commit),
    stats: { total: sum(files, 'additions') + sum(files, 'deletions'), additions: sum(files, 'additions'), deletions: sum(files, 'deletions') },
    files: listed.slice(skip, skip + limit).map((file) => renderFile(world, repository, sha, file)),
  };
  return { ...json(200, body), headers: listed.length > limit ? linkHeader(call, listed.length, limit) : {} };
}

const emptyTree = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';

async function compare(call: Call<'repos/compare-commits-with-basehead'>) {
  const { world, repository, params } = call;
  const [baseName = '', headName = ''] = (params['basehead'] ?? '').split('...');
  const base = await resolveCommit(repository, afterOwner(baseName));
  const head = await resolveCommit(repository, afterOwner(headName));
  if (base === undefined || head === undefined) throw notFound();
  const fork = await mergeBase(repository.gitDir, base, head);
  if (fork === undefined) throw new Refusal(404, `No common ancestor between ${baseName} and ${headName}.`);

  const { skip, limit } = call.query.has('page') || call.query.has('per_page') ? window(call) : { skip: 0, limit: 250 };
  const ahead = await countCommits(repository.gitDir, { from: head, excluding: base });
  const behind = await countCommits(repository.gitDir, { from: base, excluding: head });
  // Oldest first: git can't skip and limit in reverse order, so the page is cut from the far end.
  const end = Math.max(ahead - skip, 0);
  const start = Math.max(end - limit, 0);
  const commits = await log(repository.gitDir, { from: head, excluding: base, skip: start, limit: end - start });
  const files = skip === 0 ? await changedFiles(repository.gitDir, fork, head) : [];
  const url = `${apiUrl(world, repository)}/compare/${params['basehead']}`;
  const html = `${htmlUrl(world, repository)}/compare/${params['basehead']}`;
  return {
    ...json(200, {
      url,
      html_url: html,
      permalink_url: `${htmlUrl(world, repository)}/compare/${base}...${head}`,
      diff_url: `${html}.diff`,
      patch_url: `${html}.patch`,
      base_commit: renderCommit(world, repository, await readCommit(repository.gitDir, base)),
      merge_base_commit: renderCommit(world, repository, await readCommit(repository.gitDir, fork)),
      status: comparison(ahead, behind),
      ahead_by: ahead,
      behind_by: behind,
      total_commits: ahead,
      commits: commits.toReversed().map((commit) => renderCommit(world, repository, commit)),
      files: files.slice(0, filesInOneAnswer).map((file) => renderFile(world, repository, head, file)),
    }),
    headers: call.query.has('per_page') ? linkHeader(call, ahead) : {},
  };
}

function comparison(ahead: number, behind: number): 'identical' | 'ahead' | 'behind' | 'diverged' {
  if (ahead === 0) return behind === 0 ? 'identical' : 'behind';
  return behind === 0 ? 'ahead' : 'diverged';
}

/** `owner:branch` names a branch of a fork; here every fork is the repository itself. */
function afterOwner(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

function sum(files: readonly FileChange[], field: 'additions' | 'deletions'): number {
  return files.reduce((total, file) => total + file[field], 0);
}

function accountOf(world: World, { email }: Person) {
  const user = [...world.users.values()].find((one) => one.email === email);
  return user ? renderUser(world, user) : null;
}
