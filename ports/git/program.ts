import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { asSha } from '../../domain/code/commit.ts';
import type { Sha } from '../../domain/code/commit.ts';
import { settings } from '../adapter.ts';
import type { Variables } from '../adapter.ts';
import { credentials } from '../forge/github/connection/credentials.ts';
import { assertStillOurs } from '../pulse.ts';
import type { Git, GitCommit, Pushed, Refs, Tag } from './git.ts';
import { cloneStore, failed } from './program/clone.ts';
import type { CloneSettings } from './program/clone.ts';
import { assertShas, refName } from './program/names.ts';
import { objectsOf } from './program/objects.ts';

const fields = ['%H', '%T', '%P', '%cI', '%an', '%B'].join('%x00');
/** Between commits: no message holds one. */
const end = '\u001e\u0000';

/** The git program, on partial clones that are a cache. What it pushes late is refused by the lease that each push has on its refs. */
export function gitProgram(connection: CloneSettings): Git {
  const clone = cloneStore(connection);

  return {
    async refs(repository) {
      const { git } = await clone(repository);
      return refsOf((await git(['ls-remote', '--quiet', '--heads', '--tags', 'origin'])).out);
    },

    async log(repository, { from, to, limit }) {
      const { git, have } = await clone(repository);
      await have(from, to);
      const range = from === undefined ? [to] : [to, `^${from}`];
      const { out } = await git(['log', `--format=${fields}%x1e%x00`, ...(limit === undefined ? [] : [`--max-count=${limit}`]), ...range]);
      return out.split(`${end}\n`).filter(Boolean).map(commitOf);
    },

    async mergeBase(repository, one, other) {
      const { git, have } = await clone(repository);
      await have(one, other);
      const found = (await git(['merge-base', one, other], { accept: [1] })).out.trim();
      return found === '' ? undefined : asSha(found);
    },

    async read(repository, commit, path) {
      const opened = await clone(repository);
      await opened.have(commit);
      return objectsOf(opened).read(commit, path);
    },

    async changed(repository, from, to) {
      const { git, have } = await clone(repository);
      await have(from, to);
      return (await git(['diff-tree', '-r', '-z', '--name-only', '--no-renames', from, to])).out.split('\0').filter(Boolean);
    },

    async write(repository, object) {
      return objectsOf(await clone(repository)).write(object);
    },

    async bring(repository, from, objects) {
      await (await clone(repository)).bring(from, objects);
    },

    async push(repository, moves) {
      const { git, have } = await clone(repository);
      assertShas(...moves.flatMap(({ from, to }) => [from, to]));
      const named = moves.map((move) => ({ ...move, name: refName(move.ref) }));
      const leases = named.map(({ name, from = '' }) => `--force-with-lease=${name}:${from}`);
      await have(...moves.map(({ to }) => to));
      await assertStillOurs(`push ${named.map(({ name }) => name).join(', ')} to ${repository}`);
      const run = await git(['push', '--porcelain', '--atomic', '--no-follow-tags', ...leases, '--end-of-options', 'origin', ...named.map(({ name, to }) => `${to}:${name}`)], { accept: [1] });
      if (run.code === 0) return { kind: 'pushed' };
      return refusedPush(run.out, run.error) ?? raise(failed(`git push to ${repository}`, run));
    },
  };
}

/** `GITHUB_GIT_URL` is where repositories are cloned from; it follows from `GITHUB_API_URL`. */
export function gitFromEnvironment(environment: Variables): Git {
  const { GITHUB_API_URL: api, GITHUB_GIT_URL: root = gitRoot(api), GITHUB_TIMEOUT_MS: apiTimeoutMs, SLIPWAY_GIT_CACHE: folder, SLIPWAY_GIT_TIMEOUT_MS: timeoutMs } = settings(environment, {
    GITHUB_API_URL: z.url().optional(),
    GITHUB_GIT_URL: z.url({ protocol: /^https?$/ }).optional(),
    GITHUB_TIMEOUT_MS: z.coerce.number().int().positive().default(20_000),
    SLIPWAY_GIT_CACHE: z.string().min(1).default(join(tmpdir(), 'slipway-git')),
    SLIPWAY_GIT_TIMEOUT_MS: z.coerce.number().int().positive().default(120_000),
  });
  const token = credentials(environment, { baseUrl: api, timeoutMs: apiTimeoutMs });
  return gitProgram({
    folder,
    timeoutMs,
    remote: async (repository) => ({ url: `${root.replace(/\/$/, '')}/${repository}.git`, authorization: `Basic ${Buffer.from(`x-access-token:${await token()}`).toString('base64')}` }),
  });
}

function gitRoot(api: string | undefined): string {
  return api === undefined || new URL(api).host === 'api.github.com' ? 'https://github.com' : new URL(api).origin;
}

function refsOf(listed: string): Refs {
  const branches: Record<string, Sha> = {};
  const tags = new Map<string, Tag>();
  for (const line of listed.split('\n').filter(Boolean)) {
    const [text = '', ref = ''] = line.split('\t');
    const sha = asSha(text);
    const name = ref.replace(/^refs\/(heads|tags)\//, '');
    if (ref.startsWith('refs/heads/')) branches[name] = sha;
    // What an annotated tag stands on is listed right behind it.
    else if (name.endsWith('^{}')) tags.set(name.slice(0, -3), { ...tags.get(name.slice(0, -3))!, commit: sha });
    else tags.set(name, { name, sha, commit: sha });
  }
  return { branches, tags: [...tags.values()] };
}

function commitOf(text: string): GitCommit {
  const [sha = '', tree = '', parents = '', committedAt = '', author = '', message = ''] = text.split('\0');
  return { sha: asSha(sha), tree: asSha(tree), parents: parents.split(' ').filter(Boolean).map(asSha), committedAt: new Date(committedAt).toISOString(), author, message };
}

/** What a push that was not taken says of its refs. */
function refusedPush(out: string, told: string): Pushed | undefined {
  const refused = [...out.matchAll(/^!\t[^\t]*?:(refs\/[^\t]+)\t\[([^\]]*)\] \((.*)\)$/gm)].filter(([, , , why]) => !/atomic (push|transaction) fail/i.test(why ?? ''));
  const [, ref = '', by = '', why = ''] = refused[0] ?? [];
  if (ref === '') return undefined;
  if (by === 'rejected' || /already exists|cannot lock ref|failed to update ref|incorrect old value/.test(why)) return { kind: 'moved', ref };
  const reasons = told.split('\n').filter((line) => line.startsWith('remote: ')).map((line) => line.slice('remote: '.length).trim()).filter(Boolean);
  return { kind: 'refused', ref, reason: [...reasons, why].join('; ').slice(0, 500) };
}

function raise(failure: Error): never {
  throw failure;
}
