import { createHash } from 'node:crypto';
import { asSha, isSha } from '../../domain/code/commit.ts';
import type { Commit, Sha } from '../../domain/code/commit.ts';
import { pickedIn, revertedIn } from '../../domain/code/revert.ts';
import type { Forge } from '../../ports/forge/forge.ts';
import type { TestRepository } from '../ports/git/repositories.ts';

/** What a forge says of the history of repositories of this machine: its reads, answered by git itself. */
export function gitForge(repositories: Readonly<Record<string, TestRepository>>): Pick<Forge, 'commits' | 'branches' | 'tags'> {
  const at = (repository: string) => repositories[repository] ?? missing(repository);
  const lines = (text: string) => text.split('\n').filter(Boolean);
  const tried = <T>(read: () => T): T | undefined => {
    try {
      return read();
    } catch {
      return undefined;
    }
  };
  const resolved = (repository: string, ref: string) => tried(() => at(repository).at(`${ref}^{commit}`));
  const commit = (repository: string, sha: Sha): Commit => {
    const [title = '', author = '', committedAt = '', message = ''] = at(repository).git('log', '-1', '--format=%s%x00%an%x00%cI%x00%B', sha).split('\0');
    return { sha, title, author, committedAt: new Date(committedAt).toISOString(), url: `https://forge/${repository}/commit/${sha}`, reverts: revertedIn(message), picks: pickedIn(message) };
  };
  const listed = (repository: string, ...args: readonly string[]) => lines(at(repository).git('rev-list', ...args)).map((sha) => commit(repository, asSha(sha)));

  const commits: Partial<Forge['commits']> = {
    find: async (repository, sha) => (isSha(sha) && resolved(repository, sha) ? commit(repository, sha) : undefined),
    async range(repository, from, to) {
      const found = listed(repository, to, `^${from}`);
      return { commits: found, total: found.length, diverged: tried(() => at(repository).git('merge-base', '--is-ancestor', from, to)) === undefined };
    },
    async mainLine(repository, branch, { limit, until }) {
      const line = listed(repository, '--first-parent', `--max-count=${limit}`, branch);
      const end = line.findIndex(({ sha }) => sha === until);
      return end === -1 ? line : line.slice(0, end + 1);
    },
    async change(repository, sha) {
      const { git } = at(repository);
      const [parents = '', message = ''] = git('log', '-1', '--format=%P%x00%B', sha).split('\0');
      const files = lines(git('diff-tree', '--root', '--no-commit-id', '-r', '--name-only', '-m', '--first-parent', sha));
      const text = git('diff-tree', '--root', '--no-commit-id', '-p', '-m', '--first-parent', sha).replaceAll(/^(@@|index).*$/gm, '').replaceAll(/\s/g, '');
      return { sha, title: message.split('\n')[0]!, message, files, ...(files.length > 0 && { patch: createHash('sha256').update(text).digest('hex') }), ...(parents.includes(' ') && { isMerge: true }) };
    },
    files: async (repository, sha) => lines(at(repository).git('diff-tree', '--root', '--no-commit-id', '-r', '--name-only', sha)),
    lastChange: async (repository, path, ref) => tried(() => asSha(at(repository).git('log', '-1', '--format=%H', ref, '--', path))),
    read: async (repository, path, ref) => tried(() => at(repository).git('show', `${ref}:${path}`)),
  };
  return {
    commits: commits as Forge['commits'],
    branches: {
      find: async (repository: string, branch: string) => resolved(repository, `refs/heads/${branch}`),
      names: async (repository: string) => lines(at(repository).git('for-each-ref', '--format=%(refname:lstrip=2)', 'refs/heads')),
    } as Partial<Forge['branches']> as Forge['branches'],
    tags: { find: async (repository: string, tag: string) => resolved(repository, `refs/tags/${tag}`) } as Partial<Forge['tags']> as Forge['tags'],
  };
}

function missing(repository: string): never {
  throw new Error(`no repository ${repository}`);
}
