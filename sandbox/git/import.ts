import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { git } from './git.ts';
import type { GitOptions } from './git.ts';
import type { Signature } from './objects.ts';

export interface ImportedCommit {
  readonly author: Signature;
  readonly message: string;
  /** Path to text; null takes the file away. */
  readonly files: Readonly<Record<string, string | null>>;
}

/** Writes a line of commits to a branch in one go. */
export async function importCommits(dir: string, branch: string, commits: readonly ImportedCommit[], options: { from?: string } = {}): Promise<void> {
  const stream = commits.map((commit, index) => commitCommand(branch, commit, index === 0 ? options.from : undefined)).join('');
  await git(dir, ['fast-import', '--quiet', '--force'], { input: stream });
}

/** The commit that is checked out in a repository of this machine, whoever owns it. */
export function checkedOutCommit(source: string): Promise<string> {
  return git(source, ['rev-parse', '--verify', 'HEAD^{commit}'], trusted);
}

/** Borrows all objects of another repository, given by its folder, without copying any. */
export async function borrowObjects(dir: string, source: string): Promise<void> {
  const common = await git(source, ['rev-parse', '--path-format=absolute', '--git-common-dir'], trusted);
  await writeFile(join(dir, 'objects/info/alternates'), `${join(common, 'objects')}\n`);
  // A shallow clone stays shallow: git must not look for commits that were never fetched.
  const shallow = await readFile(join(common, 'shallow')).catch(() => undefined);
  if (shallow) await writeFile(join(dir, 'shallow'), shallow);
}

const trusted: GitOptions = { inside: true, env: { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'safe.directory', GIT_CONFIG_VALUE_0: '*' } };

function commitCommand(branch: string, { author, message, files }: ImportedCommit, from: string | undefined): string {
  const signature = `${author.name} <${author.email}> ${author.time} ${author.zone ?? '+0000'}`;
  const changes = Object.entries(files).map(([path, text]) => {
    const quoted = JSON.stringify(path);
    return text === null ? `D ${quoted}\n` : `M 100644 inline ${quoted}\n${data(text)}`;
  });
  const start = `commit refs/heads/${branch}\nauthor ${signature}\ncommitter ${signature}\n${data(message)}`;
  return `${start}${from === undefined ? '' : `from ${from}\n`}${changes.join('')}\n`;
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}\n`;
}
