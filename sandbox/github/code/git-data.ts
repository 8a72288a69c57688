import { readCommit, timeAfter } from '../../git/history.ts';
import { blob, changeTree, commit as commitObject, listTree, objectExists, objectType, readBlob, readTag, signatureTime, tag as tagObject, writeObject } from '../../git/objects.ts';
import { json } from '../../http/exchange.ts';
import { effect, unchanged } from '../../http/write.ts';
import { perform } from '../call.ts';
import { renderParent, renderPerson } from './commits.ts';
import { Refusal, notFound } from '../refusal.ts';
import { apiUrl, htmlUrl } from './repository.ts';
import { nodeId, signatureOf } from '../people/users.ts';
import type { Commit } from '../../git/history.ts';
import type { GitObject, Signature, Tag, TreeChange } from '../../git/objects.ts';
import type { Call, Handlers } from '../call.ts';

export const gitDataHandlers = {
  'git/create-blob': createBlob,
  'git/get-blob': getBlob,
  'git/create-tree': createTree,
  'git/get-tree': getTree,
  'git/create-commit': createCommit,
  'git/get-commit': getCommit,
  'git/create-tag': createTag,
  'git/get-tag': getTag,
} satisfies Handlers<
  'git/create-blob' | 'git/get-blob' | 'git/create-tree' | 'git/get-tree' | 'git/create-commit' | 'git/get-commit' | 'git/create-tag' | 'git/get-tag'
>;

/** An object that exists already is written without an effect. */
async function store(call: Call, key: string, object: GitObject): Promise<void> {
  const { gitDir } = call.repository;
  await perform(call, async () =>
    (await objectExists(gitDir, object.sha)) ? unchanged(object.sha) : effect(key, () => writeObject(gitDir, object)),
  );
}

async function createBlob(call: Call<'git/create-blob'>) {
  const { content, encoding = 'utf-8' } = call.body;
  const object = blob(Buffer.from(content, encoding === 'base64' ? 'base64' : 'utf8'));
  await store(call, `blob ${call.repository.fullName} ${object.sha}`, object);
  return json(201, { sha: object.sha, url: gitUrl(call, 'blobs', object.sha) });
}

async function getBlob(call: Call<'git/get-blob'>) {
  const sha = await existing(call, call.params['file_sha'], 'blob');
  const content = await readBlob(call.repository.gitDir, sha);
  return json(200, {
    sha,
    node_id: nodeId('B', sha),
    size: content.length,
    url: gitUrl(call, 'blobs', sha),
    content: content.toString('base64'),
    encoding: 'base64',
  });
}

async function createTree(call: Call<'git/create-tree'>) {
  const { gitDir, fullName } = call.repository;
  const base = call.body.base_tree === undefined ? undefined : await treeOf(call, call.body.base_tree);
  const contents = call.body.tree.flatMap((entry) => (entry.content === undefined ? [] : [blob(Buffer.from(entry.content))]));
  const changes = call.body.tree.map(({ path = '', mode = '100644', sha, content }): TreeChange => {
    return { path, mode, sha: content === undefined ? (sha ?? null) : blob(Buffer.from(content)).sha };
  });
  await assertEntries(call, changes, new Set(contents.map((object) => object.sha)));

  const sha = await changeTree(gitDir, { base, changes, contents, write: false });
  await perform(call, async () => {
    if (await objectExists(gitDir, sha)) return unchanged(sha);
    return effect(`tree ${fullName} ${sha}`, () => changeTree(gitDir, { base, changes, contents, write: true }));
  });
  return json(201, await renderTree(call, sha));
}

async function assertEntries(call: Call, changes: readonly TreeChange[], given: ReadonlySet<string>): Promise<void> {
  for (const { sha, path } of changes) {
    if (path === '' || path.startsWith('/') || path.includes('\0')) throw new Refusal(422, 'tree.path contains a malformed path component');
    if (sha === null || given.has(sha)) continue;
    if ((await typeOf(call, sha)) === undefined) throw new Refusal(422, `tree.sha ${sha} is not a valid blob`);
  }
}

async function getTree(call: Call<'git/get-tree'>) {
  const name = call.params['tree_sha'] ?? '';
  const sha = await treeOf(call, call.repository.refs.get(`refs/heads/${name}`) ?? name);
  return json(200, await renderTree(call, sha, { recursive: call.query.has('recursive') }));
}

async function renderTree(call: Call, sha: string, options: { recursive?: boolean } = {}) {
  const entries = await listTree(call.repository.gitDir, sha, options);
  return {
    sha,
    url: gitUrl(call, 'trees', sha),
    tree: entries.map((entry) => ({ ...entry, url: gitUrl(call, `${entry.type}s`, entry.sha) })),
    truncated: false,
  };
}

async function createCommit(call: Call<'git/create-commit'>) {
  const { message, tree, parents = [] } = call.body;
  if ((await typeOf(call, tree)) !== 'tree') throw new Refusal(422, 'Tree SHA does not exist');
  for (const parent of parents) {
    if ((await typeOf(call, parent)) !== 'commit') throw new Refusal(422, 'Parent SHA does not exist or is not a commit object');
  }
  const fallback = await implicitSignature(call, parents);
  const author = call.body.author === undefined ? fallback : signature(call.body.author, fallback);
  const committer = call.body.committer === undefined ? author : signature(call.body.committer, fallback);
  const object = commitObject({ tree, parents, author, committer, message });
  await store(call, `commit ${call.repository.fullName} ${message.split('\n')[0]}`, object);
  return json(201, renderGitCommit(call, { ...(await readCommit(call.repository.gitDir, object.sha)), message }));
}

async function getCommit(call: Call<'git/get-commit'>) {
  const sha = await existing(call, call.params['commit_sha'], 'commit');
  return json(200, renderGitCommit(call, await readCommit(call.repository.gitDir, sha)));
}

async function createTag(call: Call<'git/create-tag'>) {
  const { tag: name, object: target, type, message } = call.body;
  if ((await typeOf(call, target)) !== type) throw new Refusal(422, 'Object does not exist or has another type');
  const fallback = await implicitSignature(call, type === 'commit' ? [target] : []);
  const tagger = call.body.tagger === undefined ? fallback : signature(call.body.tagger, fallback);
  const object = tagObject({ object: target, type, name, tagger, message });
  await store(call, `tag ${call.repository.fullName} ${name}`, object);
  return json(201, renderTag(call, { sha: object.sha, name, target, type, tagger, message }));
}

async function getTag(call: Call<'git/get-tag'>) {
  const sha = await existing(call, call.params['tag_sha'], 'tag');
  return json(200, renderTag(call, { sha, ...(await readTag(call.repository.gitDir, sha)) }));
}

function renderTag(call: Call, { sha, name, target, type, tagger, message }: Tag & { readonly sha: string }) {
  return {
    node_id: nodeId('TAG', sha),
    tag: name,
    sha,
    url: gitUrl(call, 'tags', sha),
    message,
    tagger: renderPerson(tagger),
    object: { sha: target, type, url: gitUrl(call, `${type}s`, target) },
    verification: { verified: false, reason: 'unsigned', signature: null, payload: null, verified_at: null },
  };
}

function renderGitCommit(call: Call, commit: Commit) {
  return {
    sha: commit.sha,
    node_id: nodeId('C', commit.sha),
    url: gitUrl(call, 'commits', commit.sha),
    html_url: `${htmlUrl(call.world, call.repository)}/commit/${commit.sha}`,
    author: renderPerson(commit.author),
    committer: renderPerson(commit.committer),
    tree: { sha: commit.tree, url: gitUrl(call, 'trees', commit.tree) },
    message: commit.message,
    parents: commit.parents.map((sha) => renderParent(call.world, call.repository, sha)),
    verification: { verified: false, reason: 'unsigned', signature: null, payload: null, verified_at: null },
  };
}

/** The caller, one second after the newest parent: GitHub takes the clock, which no two runs share. */
async function implicitSignature({ repository, user }: Call, parents: readonly string[]): Promise<Signature> {
  return signatureOf(user, await timeAfter(repository.gitDir, parents));
}

function signature({ name, email, date }: { name?: string; email?: string; date?: string }, fallback: Signature): Signature {
  return { name: name ?? fallback.name, email: email ?? fallback.email, ...(date === undefined ? { time: fallback.time } : signatureTime(date)) };
}

async function existing(call: Call, sha: string | undefined, type: string): Promise<string> {
  if (sha === undefined || (await typeOf(call, sha)) !== type) throw notFound();
  return sha;
}

async function typeOf({ repository }: Call, sha: string): Promise<string | undefined> {
  return /^[0-9a-f]{40}$/.test(sha) ? objectType(repository.gitDir, sha) : undefined;
}

async function treeOf(call: Call, sha: string): Promise<string> {
  const type = await typeOf(call, sha);
  if (type === 'tree') return sha;
  if (type === 'commit') return (await readCommit(call.repository.gitDir, sha)).tree;
  throw notFound();
}

function gitUrl({ world, repository }: Call, kind: string, sha: string): string {
  return `${apiUrl(world, repository)}/git/${kind}/${sha}`;
}
