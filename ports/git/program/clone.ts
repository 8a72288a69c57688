import { createHash, randomUUID } from 'node:crypto';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sha } from '../../../domain/code/commit.ts';
import type { Repository } from '../../../domain/code/repository.ts';
import { neverRetry, tryAgain } from '../../failures.ts';
import { assertShas } from './names.ts';
import { runGit } from './run.ts';
import type { Run } from './run.ts';

export interface Remote {
  /** Without credentials. */
  readonly url: string;
  /** The value of an `Authorization` header. */
  readonly authorization?: string | undefined;
}

export interface CloneSettings {
  /** Where the clones are kept. Whatever vanishes from it is fetched again. */
  readonly folder: string;
  /** Longest run of one command, in ms. */
  readonly timeoutMs: number;
  remote(repository: Repository): Promise<Remote>;
}

/** A partial clone: the commits that were asked for, with their histories; trees and files come when they are needed. */
export interface Clone {
  /** Runs git. @throws `Unavailable` unless it exits with 0, or with an accepted code */
  git(args: readonly string[], options?: { readonly input?: string; readonly accept?: readonly number[]; readonly variables?: Readonly<Record<string, string>> }): Promise<Run>;
  /** Fetches what is missing of these commits' histories. */
  have(...commits: readonly (Sha | undefined)[]): Promise<void>;
  /** Fetches commits and tags of another repository. */
  bring(from: Repository, objects: readonly Sha[]): Promise<void>;
  /** Remembers a commit or tag that was made here, which no remote could give. */
  keep(commit: Sha): Promise<void>;
}

/** Opens the clones of a worker, of which each is made when it is first needed. */
export function cloneStore({ folder, timeoutMs, remote }: CloneSettings): (repository: Repository) => Promise<Clone> {
  const opening = new Map<string, Promise<string>>();

  async function opened(repository: Repository, url: string): Promise<string> {
    // Two forges may have repositories of one name.
    const place = join(folder, `${repository.replace('/', '+')}-${createHash('sha256').update(url).digest('hex').slice(0, 8)}.git`);
    if (await exists(join(place, 'config'))) return place;
    const made = `${place}.${randomUUID()}`;
    await mkdir(folder, { recursive: true });
    const initialized = await runGit(made, ['init', '--bare', '--quiet', '--initial-branch=none', made], { timeoutMs });
    if (initialized.code !== 0) throw failed('git init', initialized);
    // Another worker may be making the same.
    await rename(made, place).catch(() => rm(made, { recursive: true, force: true }));
    return place;
  }

  return async (repository) => {
    const { url, authorization } = await remote(repository);
    const place = await (opening.get(url) ?? remembered(opening, url, opened(repository, url)));
    const settings = {
      'remote.origin.url': url,
      'remote.origin.promisor': 'true',
      'remote.origin.partialclonefilter': 'tree:0',
      'extensions.partialClone': 'origin',
      ...headerFor({ url, authorization }),
    };

    const git: Clone['git'] = async (args, { input, accept = [], variables } = {}) => {
      const run = await runGit(place, args, { settings, timeoutMs, ...(input !== undefined && { input }), ...(variables && { variables }) });
      if (run.code === 0 || accept.includes(run.code)) return run;
      throw failed(`git ${args[0]} of ${repository}`, run);
    };

    async function lacking(commits: readonly (Sha | undefined)[]): Promise<readonly Sha[]> {
      assertShas(...commits);
      const wanted = [...new Set(commits.filter((commit) => commit !== undefined))];
      const { out } = await git(['for-each-ref', '--format=%(objectname)', 'refs/kept']);
      const kept = new Set(out.split('\n'));
      return wanted.filter((commit) => !kept.has(commit));
    }

    async function have(...commits: readonly (Sha | undefined)[]): Promise<void> {
      const missing = await lacking(commits);
      if (missing.length === 0) return;
      // Each stays named here: that is how the next fetch tells the remote what it need not send.
      await git(['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--filter=tree:0', 'origin', ...missing.map(keptAs)]);
    }

    /** Their files come with them: the origin could not give them when they are pushed to it. */
    async function bring(from: Repository, objects: readonly Sha[]): Promise<void> {
      const missing = await lacking(objects);
      if (missing.length === 0) return;
      const { out: known } = await git(['for-each-ref', '--format=^%(objectname)', 'refs/kept']);
      const other = await remote(from);
      const fetch = async (what: readonly string[], input?: string, more: Readonly<Record<string, string>> = {}) => {
        const run = await runGit(place, ['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', ...what], { settings: { ...settings, ...headerFor(other), ...more }, timeoutMs, ...(input !== undefined && { input }) });
        if (run.code !== 0) throw failed(`git fetch of ${from}`, run);
      };
      await fetch(['--filter=tree:0', other.url, ...missing.map(keptAs)]);
      const { out: trees } = await git(['rev-list', '--no-commit-header', '--format=%T', '--stdin'], { input: `${missing.join('\n')}\n${known}` });
      // Asked for by name, and without a word of what is here: of known commits the clone may have nothing but the commit.
      await fetch(['--no-filter', '--stdin', other.url], [...new Set(trees.split('\n'))].join('\n'), { 'fetch.negotiationAlgorithm': 'noop' });
    }

    async function keep(commit: Sha): Promise<void> {
      await git(['update-ref', `refs/kept/${commit}`, commit]);
    }

    return { git, have, bring, keep };
  };
}

function headerFor({ url, authorization }: Remote): Readonly<Record<string, string>> {
  return authorization === undefined ? {} : { [`http.${new URL(url).origin}/.extraHeader`]: `Authorization: ${authorization}` };
}

function keptAs(object: Sha): string {
  return `${object}:refs/kept/${object}`;
}

/** A clone that could not be made is tried again. */
function remembered(opening: Map<string, Promise<string>>, url: string, made: Promise<string>): Promise<string> {
  opening.set(url, made);
  made.finally(() => opening.delete(url)).catch(() => undefined);
  return made;
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(() => true, () => false);
}

/** The one place where git's words become failures. They never hold credentials, which git is not told in its arguments. */
export function failed(what: string, { code, error }: Run): Error {
  const message = `${what} failed with ${code}: ${error.split('\n').slice(-4).join(' ').slice(0, 500)}`;
  const answer = { reason: message };
  if (/returned error: 401|Authentication failed|could not read Username/i.test(error)) return tryAgain('PermissionDenied', `${message}. Is the token valid?`, { afterMs: 60_000, answer });
  if (/returned error: 403|Permission to .* denied/i.test(error)) return neverRetry('PermissionDenied', `${message}. The token needs contents=write.`, answer);
  if (/returned error: 404|[Rr]epository .*not found|does not appear to be a git repository/.test(error)) return neverRetry('PermissionDenied', `${message}. It does not exist, or the token may not see it.`, answer);
  if (/not our ref|unadvertised object/.test(error)) return neverRetry('InvalidInput', `${message}. The repository has no such commit.`, answer);
  return tryAgain('Unavailable', message);
}
