import type { Sha } from '../../../domain/code/commit.ts';
import { asSha } from '../../../domain/code/commit.ts';
import { author } from '../../../domain/code/author.ts';
import { neverRetry } from '../../failures.ts';
import type { NewObject, Written } from '../git.ts';
import type { Clone } from './clone.ts';
import { refName } from './names.ts';

interface TreeEntry {
  readonly mode: string;
  readonly type: string;
  readonly sha: Sha;
}

/** Reads and makes objects in a clone, by plumbing only: there is no work tree, and no index. */
export function objectsOf({ git, have, keep }: Clone) {
  async function entriesOf(tree: Sha): Promise<Map<string, TreeEntry>> {
    const { out } = await git(['ls-tree', '-z', tree]);
    return new Map(out.split('\0').filter(Boolean).map((line) => {
      const tab = line.indexOf('\t');
      const [mode = '', type = '', sha = ''] = line.slice(0, tab).split(' ');
      return [line.slice(tab + 1), { mode, type, sha: asSha(sha) }];
    }));
  }

  /** A file's text; `tree` may be a commit. Folder by folder, so that git is given no path. */
  async function read(tree: Sha, path: string): Promise<string | undefined> {
    const [name = '', ...below] = path.split('/');
    const entry = (await entriesOf(tree)).get(name);
    if (!entry) return undefined;
    if (below.length > 0) return entry.type === 'tree' ? read(entry.sha, below.join('/')) : undefined;
    if (entry.type !== 'blob') throw neverRetry('InvalidInput', `${path} is not a file`);
    return (await git(['cat-file', 'blob', entry.sha])).out;
  }

  /** A tree with these files in place of those that it has. */
  async function withFiles(tree: Sha | undefined, files: ReadonlyMap<string, string>): Promise<Sha> {
    const entries = tree === undefined ? new Map<string, TreeEntry>() : await entriesOf(tree);
    const folders = new Map<string, Map<string, string>>();
    for (const [path, text] of files) {
      const [name = '', ...below] = path.split('/');
      if (below.length > 0) {
        folders.set(name, (folders.get(name) ?? new Map<string, string>()).set(below.join('/'), text));
        continue;
      }
      const sha = asSha((await git(['hash-object', '-w', '--stdin'], { input: text })).out.trim());
      entries.set(name, { mode: entries.get(name)?.mode ?? '100644', type: 'blob', sha });
    }
    for (const [name, inside] of folders) {
      const there = entries.get(name);
      entries.set(name, { mode: '040000', type: 'tree', sha: await withFiles(there?.type === 'tree' ? there.sha : undefined, inside) });
    }
    const input = [...entries].map(([name, { mode, type, sha }]) => `${mode} ${type} ${sha}\t${name}\0`).join('');
    return asSha((await git(['mktree', '-z', '--missing'], { input })).out.trim());
  }

  async function treeOf(commit: Sha): Promise<Sha> {
    return asSha((await git(['log', '-1', '--format=%T', commit])).out.trim());
  }

  async function commit(tree: Sha, { parents, message, date, by = author }: { readonly parents: readonly Sha[]; readonly message: string; readonly date: string; readonly by?: { readonly name: string; readonly email: string; readonly date?: string } }): Promise<Sha> {
    const variables = {
      GIT_AUTHOR_NAME: by.name,
      GIT_AUTHOR_EMAIL: by.email,
      GIT_AUTHOR_DATE: by.date ?? gitDate(date),
      GIT_COMMITTER_NAME: author.name,
      GIT_COMMITTER_EMAIL: author.email,
      GIT_COMMITTER_DATE: gitDate(date),
    };
    const sha = asSha((await git(['commit-tree', ...parents.flatMap((parent) => ['-p', parent]), tree], { input: `${message.trimEnd()}\n`, variables })).out.trim());
    await keep(sha);
    return sha;
  }

  /** Puts two commits together. Answers the tree, which has marks where there are conflicts. */
  async function merged(ours: Sha, theirs: Sha): Promise<{ readonly tree: Sha; readonly conflicts: readonly string[] }> {
    const { code, out } = await git(['merge-tree', '--write-tree', '-z', '--name-only', '--no-messages', '--allow-unrelated-histories', ours, theirs], { accept: [1] });
    const [tree = '', ...paths] = out.split('\0').filter(Boolean);
    return { tree: asSha(tree), conflicts: code === 0 ? [] : [...new Set(paths)] };
  }

  async function write(object: NewObject): Promise<Written> {
    switch (object.kind) {
      case 'commit': {
        await have(object.parent);
        const tree = await withFiles(await treeOf(object.parent), new Map(Object.entries(object.files)));
        return { kind: 'written', sha: await commit(tree, { ...object, parents: [object.parent] }) };
      }
      case 'merge': {
        await have(object.into, object.from);
        const put = await merged(object.into, object.from);
        const { files = {} } = object;
        const tree = Object.keys(files).length > 0 ? await withFiles(put.tree, new Map(Object.entries(files))) : put.tree;
        const conflicts = put.conflicts.filter((path) => !Object.hasOwn(files, path));
        const sha = await commit(tree, { ...object, parents: [object.into, object.from] });
        return conflicts.length > 0 ? { kind: 'conflict', paths: conflicts, sha } : { kind: 'written', sha };
      }
      case 'pick':
        return pick(object);
      case 'tag': {
        refName({ tag: object.name });
        await have(object.commit);
        const lines = [`object ${object.commit}`, 'type commit', `tag ${object.name}`, `tagger ${author.name} <${author.email}> ${gitDate(object.date).replace('@', '')}`];
        const sha = asSha((await git(['mktag'], { input: `${lines.join('\n')}\n\n${object.message.trimEnd()}\n` })).out.trim());
        await keep(sha);
        return { kind: 'written', sha };
      }
    }
  }

  async function pick({ commit: picked, since, onto, message, date }: Extract<NewObject, { kind: 'pick' }>): Promise<Written> {
    await have(picked, onto, since);
    const [parent, name = '', email = '', when = ''] = (await git(['log', '-1', '--format=%P%x00%an%x00%ae%x00%at %ad', '--date=format:%z', picked])).out.trim().split('\0');
    const first = since ?? parent?.split(' ')[0];
    if (!first) throw neverRetry('InvalidInput', `${picked} has no parent: it can't be picked`);
    const tree = await treeOf(onto);
    // What `onto` holds, as if it had been made on the picked commit's parent: that makes the parent the base of the merge.
    const stand = await commit(tree, { parents: [asSha(first)], message: 'stand', date });
    const result = await merged(stand, picked);
    if (result.tree === tree) return { kind: 'empty' };
    const sha = await commit(result.tree, { parents: [onto], message, date, by: { name, email, date: `@${when}` } });
    return result.conflicts.length > 0 ? { kind: 'conflict', paths: result.conflicts, sha } : { kind: 'written', sha };
  }

  return { read, write };
}

/** Git takes the seconds since 1970; the zone is told, too, so that nobody's clock has a say. */
function gitDate(iso: string): string {
  const ms = Date.parse(iso);
  if (Number.isNaN(ms)) throw neverRetry('InvalidInput', `${JSON.stringify(iso)} is no time in ISO 8601`);
  return `@${Math.floor(ms / 1_000)} +0000`;
}
