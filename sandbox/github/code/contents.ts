import { listTree, readBlob } from '../../git/objects.ts';
import { readCommit } from '../../git/history.ts';
import { json } from '../../http/exchange.ts';
import { resolveCommit } from './refs.ts';
import { Refusal, notFound } from '../refusal.ts';
import { apiUrl, htmlUrl } from './repository.ts';
import type { TreeEntry } from '../../git/objects.ts';
import type { Call, Handlers } from '../call.ts';

export const contentHandlers = { 'repos/get-content': getContent } satisfies Handlers<'repos/get-content'>;

/** Larger files are only told of. */
const shownBytes = 1024 * 1024;

/** A longer list of a folder's entries is cut. */
const listedEntries = 1_000;

async function getContent(call: Call<'repos/get-content'>) {
  const { repository, params, query } = call;
  const path = (params['path'] ?? '').replace(/\/$/, '');
  const name = query.get('ref') ?? repository.defaultBranch;
  const sha = await resolveCommit(repository, name);
  if (sha === undefined) throw new Refusal(404, `No commit found for the ref ${name}`);
  if (path === '') return listDirectory(call, sha, '', name);

  const { tree } = await readCommit(repository.gitDir, sha);
  const [entry] = await listTree(repository.gitDir, tree, { path });
  if (entry === undefined) throw notFound();
  return entry.type === 'tree' ? listDirectory(call, entry.sha, `${path}/`, name) : readFile(call, entry, name);
}

async function listDirectory(call: Call, tree: string, prefix: string, ref: string) {
  const entries = (await listTree(call.repository.gitDir, tree)).slice(0, listedEntries);
  return json(200, entries.map((entry) => renderEntry(call, { ...entry, path: prefix + entry.path }, ref)));
}

async function readFile(call: Call, entry: TreeEntry, ref: string) {
  const content = await readBlob(call.repository.gitDir, entry.sha);
  if (call.headers.accept?.includes('raw')) return { status: 200, headers: { 'content-type': 'application/vnd.github.raw+json; charset=utf-8' }, body: content };
  const shown = content.length > shownBytes ? { encoding: 'none', content: '' } : { encoding: 'base64', content: wrapped(content.toString('base64')) };
  return json(200, { ...renderEntry(call, entry, ref), ...shown });
}

function renderEntry({ world, repository }: Call, entry: TreeEntry, ref: string) {
  const path = encodeURI(entry.path);
  const kind = entry.type === 'tree' ? 'tree' : 'blob';
  const self = `${apiUrl(world, repository)}/contents/${path}?ref=${encodeURIComponent(ref)}`;
  const git = `${apiUrl(world, repository)}/git/${kind}s/${entry.sha}`;
  const html = `${htmlUrl(world, repository)}/${kind}/${encodeURIComponent(ref)}/${path}`;
  return {
    name: entry.path.split('/').at(-1) ?? '',
    path: entry.path,
    sha: entry.sha,
    size: entry.size ?? 0,
    url: self,
    html_url: html,
    git_url: git,
    download_url: kind === 'tree' ? null : `${htmlUrl(world, repository)}/raw/${encodeURIComponent(ref)}/${path}`,
    type: kind === 'tree' ? 'dir' : 'file',
    _links: { self, git, html },
  };
}

/** GitHub breaks base64 into lines of 60 characters. */
function wrapped(base64: string): string {
  return base64.replace(/.{1,60}/g, '$&\n');
}
