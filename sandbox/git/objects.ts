import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { git, gitHolds, objectId, runGit } from './git.ts';

export interface Signature {
  readonly name: string;
  readonly email: string;
  /** Unix time in seconds. */
  readonly time: number;
  /** `+0200` */
  readonly zone?: string;
}

export interface NewCommit {
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Signature;
  readonly committer: Signature;
  readonly message: string;
}

export interface TreeEntry {
  readonly mode: string;
  readonly type: string;
  readonly sha: string;
  readonly path: string;
  readonly size?: number;
}

export interface TreeChange {
  readonly path: string;
  readonly mode: string;
  /** The object put there; null takes the path away. */
  readonly sha: string | null;
}

/** An object as its bytes and its id, written or not. */
export interface GitObject {
  readonly type: 'blob' | 'commit' | 'tag';
  readonly content: Buffer;
  readonly sha: string;
}

export function blob(content: Buffer): GitObject {
  return { type: 'blob', content, sha: objectId('blob', content) };
}

/** Built by hand because `git commit-tree` would end the message with a newline, which changes the id. */
export function commit({ tree, parents, author, committer, message }: NewCommit): GitObject {
  const lines = [
    `tree ${tree}`,
    ...parents.map((parent) => `parent ${parent}`),
    `author ${formatSignature(author)}`,
    `committer ${formatSignature(committer)}`,
  ];
  const content = Buffer.from(`${lines.join('\n')}\n\n${message}`);
  return { type: 'commit', content, sha: objectId('commit', content) };
}

export function tag(fields: { object: string; type: string; name: string; tagger: Signature; message: string }): GitObject {
  const lines = [`object ${fields.object}`, `type ${fields.type}`, `tag ${fields.name}`, `tagger ${formatSignature(fields.tagger)}`];
  const content = Buffer.from(`${lines.join('\n')}\n\n${fields.message}`);
  return { type: 'tag', content, sha: objectId('tag', content) };
}

export interface Tag {
  readonly name: string;
  readonly target: string;
  readonly type: string;
  readonly tagger: Signature;
  readonly message: string;
}

export async function readTag(dir: string, sha: string): Promise<Tag> {
  const text = (await runGit(dir, ['cat-file', 'tag', sha])).stdout.toString('utf8');
  const field = (name: string) => new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1] ?? '';
  const [, name = '', email = '', time = '0', zone] = /^(.*) <(.*)> (\d+) ([+-]\d{4})$/.exec(field('tagger')) ?? [];
  return { name: field('tag'), target: field('object'), type: field('type'), tagger: { name, email, time: Number(time), ...(zone && { zone }) }, message: text.slice(text.indexOf('\n\n') + 2) };
}

export async function writeObject(dir: string, { type, content }: GitObject): Promise<string> {
  return git(dir, ['hash-object', '-t', type, '-w', '--stdin'], { input: content });
}

export function objectExists(dir: string, sha: string): Promise<boolean> {
  return gitHolds(dir, ['cat-file', '-e', sha]);
}

/** `commit`, `tree`, `blob`, `tag`, or undefined when there is no such object. */
export async function objectType(dir: string, sha: string): Promise<string | undefined> {
  const { code, stdout } = await runGit(dir, ['cat-file', '-t', sha], { accept: [1, 128] });
  return code === 0 ? stdout.toString('utf8').trim() : undefined;
}

export async function readBlob(dir: string, sha: string): Promise<Buffer> {
  return (await runGit(dir, ['cat-file', 'blob', sha])).stdout;
}

export async function listTree(dir: string, tree: string, options: { recursive?: boolean; path?: string } = {}): Promise<TreeEntry[]> {
  const args = ['ls-tree', '-z', '-l', '--full-tree', ...(options.recursive ? ['-r', '-t'] : []), tree];
  const { stdout } = await runGit(dir, options.path === undefined ? args : [...args, '--', options.path]);
  return stdout.toString('utf8').split('\0').filter(Boolean).map(parseTreeEntry);
}

/**
 * The id of a tree with these changes made to another one.
 * @param write false to learn the id without leaving the tree behind
 */
export async function changeTree(
  dir: string,
  options: { base: string | undefined; changes: readonly TreeChange[]; contents?: readonly GitObject[]; write: boolean },
): Promise<string> {
  const scratch = await mkdtemp(join(tmpdir(), 'sandbox-tree-'));
  try {
    const quarantine = { GIT_OBJECT_DIRECTORY: scratch, GIT_ALTERNATE_OBJECT_DIRECTORIES: join(dir, 'objects') };
    const env = { GIT_INDEX_FILE: join(scratch, 'index'), ...(options.write ? {} : quarantine) };
    for (const { type, content } of options.contents ?? []) {
      await git(dir, ['hash-object', '-t', type, '-w', '--stdin'], { input: content, env });
    }
    await git(dir, options.base === undefined ? ['read-tree', '--empty'] : ['read-tree', options.base], { env });
    await git(dir, ['update-index', '-z', '--index-info'], { env, input: options.changes.map(indexLine).join('') });
    return await git(dir, ['write-tree'], { env });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function indexLine({ mode, sha, path }: TreeChange): string {
  return sha === null ? `0 ${'0'.repeat(40)}\t${path}\0` : `${mode} ${sha}\t${path}\0`;
}

function parseTreeEntry(line: string): TreeEntry {
  const [meta = '', path = ''] = line.split('\t', 2);
  const [mode = '', type = '', sha = '', size = '-'] = meta.split(/ +/);
  return { mode, type, sha, path, ...(size === '-' ? {} : { size: Number(size) }) };
}

/** Seconds and zone of an ISO 8601 time; GitHub keeps the zone that it was given. */
export function signatureTime(iso: string): Pick<Signature, 'time' | 'zone'> {
  const [, sign = '+', hours = '00', minutes = '00'] = /([+-])(\d\d):?(\d\d)$/.exec(iso) ?? [];
  return { time: Math.floor(Date.parse(iso) / 1000), zone: `${sign}${hours}${minutes}` };
}

function formatSignature({ name, email, time, zone = '+0000' }: Signature): string {
  return `${name} <${email}> ${time} ${zone}`;
}
