import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Octokit } from '@octokit/rest';
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest';
import { part } from '../../sandbox/parts/parts.mjs';
import { startSandbox } from '../../sandbox/http/server.ts';
import type { Sandbox } from '../../sandbox/http/server.ts';
import { openWorld } from '../worlds.ts';
import type { World } from '../worlds.ts';

const run = promisify(execFile);

export interface Stand {
  readonly url: string;
  /** A world that goes with the test, after it has been seen that each of its answers was one that GitHub gives. */
  open(options?: object): Promise<World>;
}

/** A sandbox in this process for the tests of one file, held against GitHub's description. */
export function useSandbox(): Stand {
  let sandbox: Sandbox;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sandbox-test-'));
    sandbox = await startSandbox({ port: 0, dir: join(folder, 'worlds'), descriptionPath: await part('github-description') });
  });
  afterAll(async () => {
    await sandbox.close();
    await rm(folder, { recursive: true, force: true });
  });

  return {
    get url() {
      return sandbox.url;
    },
    async open(options) {
      const world = await openWorld(sandbox.url, options);
      onTestFinished(async () => {
        const violations = await world.control('violations');
        await world.close();
        expect(violations).toEqual([]);
      });
      return world;
    },
  };
}

export const gitlab = { owner: 'gitlab-org', repo: 'gitlab' };

/** GitHub's client, without a word about refusals that a test expects. */
export function github(world: World, token = 'bot-token'): Octokit['rest'] {
  const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
  return new Octokit({ baseUrl: `${world.url}/api/v3`, auth: token, log: silent }).rest;
}

/** A commit on a new branch that changes one file, made by the API as Slipway makes it. */
export async function branchWithChange(world: World, options: { branch?: string; path?: string; text?: string } = {}): Promise<{ branch: string; sha: string; base: string }> {
  const { branch = 'release/gitaly', path = 'GITALY_SERVER_VERSION', text = 'changed\n' } = options;
  const { git } = github(world);
  const { data: head } = await git.getRef({ ...gitlab, ref: 'heads/master' });
  const base = head.object.sha;
  const { data: tree } = await git.createTree({ ...gitlab, base_tree: base, tree: [{ path, mode: '100644', type: 'blob', content: text }] });
  const { data: commit } = await git.createCommit({ ...gitlab, message: `Change ${path}`, tree: tree.sha, parents: [base] });
  await git.createRef({ ...gitlab, ref: `refs/heads/${branch}`, sha: commit.sha });
  return { branch, sha: commit.sha, base };
}

/** An open pull request whose checks have all passed, unless `ci` says otherwise. */
export async function pullRequest(world: World, options: Parameters<typeof branchWithChange>[1] & { ci?: string } = {}) {
  const { ci = 'green', ...change } = options;
  await world.control('ci', { repository: 'gitlab-org/gitlab', branch: change.branch ?? 'release/gitaly', verdict: ci });
  const made = await branchWithChange(world, change);
  const { data: pull } = await github(world).pulls.create({ ...gitlab, title: 'Update Gitaly version', head: made.branch, base: 'master' });
  if (ci === 'green') await world.control('ci', { repository: 'gitlab-org/gitlab', sha: made.sha, verdict: 'green' });
  return { ...made, number: pull.number, nodeId: pull.node_id };
}

export async function keys(world: World): Promise<string[]> {
  return (await world.journal()).map(({ key }) => key);
}

export async function git(args: readonly string[], cwd: string): Promise<string> {
  const env = { PATH: process.env['PATH'], GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1', GIT_TERMINAL_PROMPT: '0', HOME: cwd };
  const identity = ['-c', 'user.name=Ann', '-c', 'user.email=ann@example.com', '-c', 'commit.gpgsign=false'];
  return (await run('git', [...identity, ...args], { cwd, env })).stdout.trim();
}

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sandbox-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** What GitHub refuses, as `{status, message}`. */
export async function refusal(act: Promise<unknown>): Promise<{ status: number; message: string }> {
  const error = await act.then(
    () => ({ status: 0, message: 'it was not refused' }),
    (thrown: { status: number; message: string; response?: { data?: { message?: string; errors?: { message?: string }[] } } }) => {
      const { message = thrown.message, errors } = thrown.response?.data ?? {};
      const details = errors?.flatMap((one) => (typeof one === 'string' ? one : (one.message ?? []))) ?? [];
      return { status: thrown.status, message: details[0] ?? message };
    },
  );
  return error;
}
