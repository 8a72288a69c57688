import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { git, github, gitlab, keys, pullRequest, temporaryFolder, useSandbox } from './stand.ts';
import type { World } from '../worlds.ts';

const stand = useSandbox();

function remote(world: World, { token = 'person:ann', repository = 'gitlab-org/gitlab' } = {}): string {
  return `${world.url.replace('http://', `http://x:${encodeURIComponent(token)}@`)}/git/${repository}.git`;
}

async function clone(world: World, options?: { token?: string; repository?: string }): Promise<string> {
  const folder = await temporaryFolder();
  await git(['clone', '--quiet', remote(world, options), 'work'], folder);
  return join(folder, 'work');
}

async function commit(work: string, file: string, content: string | Buffer = 'text\n'): Promise<string> {
  await writeFile(join(work, file), content);
  await git(['add', file], work);
  await git(['commit', '--quiet', '-m', `Add ${file}`], work);
  return git(['rev-parse', 'HEAD'], work);
}

describe('git over HTTP', () => {
  it('clones a repository with the history that the API shows', async () => {
    const world = await stand.open();
    const work = await clone(world, { repository: 'gitlab-org-security/gitaly' });
    const { data } = await github(world).repos.listCommits({ owner: 'gitlab-org-security', repo: 'gitaly', per_page: 100 });
    expect((await git(['rev-list', 'HEAD'], work)).split('\n')).toEqual(data.map(({ sha }) => sha));
  });

  it('takes a push, and journals each of its refs', async () => {
    const world = await stand.open();
    const work = await clone(world);
    const sha = await commit(work, 'new.txt');
    await git(['push', '--quiet', 'origin', 'HEAD:refs/heads/one', 'HEAD:refs/heads/two'], work);
    expect((await keys(world)).toSorted()).toEqual(['ref gitlab-org/gitlab refs/heads/one', 'ref gitlab-org/gitlab refs/heads/two']);
    const { data } = await github(world).git.getRef({ ...gitlab, ref: 'heads/one' });
    expect(data.object.sha).toBe(sha);
  });

  it('takes a push that is too big for one request', async () => {
    const world = await stand.open();
    const work = await clone(world);
    const sha = await commit(work, 'big.bin', randomBytes(3_000_000));
    await git(['push', '--quiet', 'origin', 'HEAD:refs/heads/big'], work);
    expect(await git(['ls-remote', 'origin', 'refs/heads/big'], work)).toBe(`${sha}\trefs/heads/big`);
  });

  it('journals nothing for a push that moves nothing, and nothing for one that git refuses', async () => {
    const world = await stand.open();
    const work = await clone(world);
    await commit(work, 'new.txt');
    await git(['push', '--quiet', 'origin', 'HEAD:refs/heads/one'], work);
    const before = await keys(world);
    await git(['push', '--quiet', 'origin', 'HEAD:refs/heads/one'], work);
    await commit(work, 'newer.txt');
    await expect(git(['push', '--quiet', '--force-with-lease=refs/heads/one:', 'origin', 'HEAD:refs/heads/one'], work)).rejects.toThrow('stale info');
    expect(await keys(world)).toEqual(before);
  });

  it('refuses an unknown token', async () => {
    const world = await stand.open();
    await expect(clone(world, { token: 'nobody' })).rejects.toThrow('Authentication failed');
  });

  it('refuses a push of unchecked commits to a protected branch, and its deletion', async () => {
    const world = await stand.open();
    const work = await clone(world);
    await commit(work, 'new.txt');
    await expect(git(['push', '--quiet', 'origin', 'HEAD:refs/heads/master'], work)).rejects.toThrow('remote rejected');
    await expect(git(['push', '--quiet', 'origin', ':refs/heads/master'], work)).rejects.toThrow('remote rejected');
    expect(await keys(world)).toEqual([]);
  });

  it('moves the head of an open pull request, and CI runs again', async () => {
    const world = await stand.open({ latencyMs: { ci: 60_000 } });
    const { number, branch } = await pullRequest(world);
    const work = await clone(world);
    await git(['checkout', '--quiet', branch], work);
    const sha = await commit(work, 'more.txt');
    await git(['push', '--quiet', 'origin', 'HEAD'], work);
    const rest = github(world);
    const { data: pull } = await rest.pulls.get({ ...gitlab, pull_number: number });
    expect(pull).toMatchObject({ head: { sha }, mergeable_state: 'blocked', changed_files: 2 });
    const { data: checks } = await rest.checks.listForRef({ ...gitlab, ref: sha });
    expect(checks.check_runs.map(({ status }) => status)).toEqual(['queued', 'queued']);
  });
});

describe('the mirror', () => {
  const canonical = { repository: 'gitlab-org/gitaly', branch: 'master', files: { 'a.txt': 'a\n' }, message: 'Add a' };
  const mirror = { owner: 'gitlab-org-security', repo: 'gitaly', ref: 'heads/master' };

  it('has what was pushed to the canonical repository at once', async () => {
    const world = await stand.open();
    const work = await clone(world, { repository: 'gitlab-org/gitaly' });
    const sha = await commit(work, 'a.txt');
    await git(['push', '--quiet', 'origin', 'HEAD'], work);
    expect((await github(world).git.getRef(mirror)).data.object.sha).toBe(sha);
  });

  it('lags when it is told to, and catches up with the next commit after it was stopped', async () => {
    const world = await stand.open();
    const { git: api } = github(world);
    const before = (await api.getRef(mirror)).data.object.sha;
    await world.control('mirror', { lagMs: null });
    await world.control('commit', canonical);
    expect((await api.getRef(mirror)).data.object.sha).toBe(before);

    await world.control('mirror', { lagMs: 0 });
    const { sha } = await world.control<{ sha: string }>('commit', { ...canonical, files: { 'b.txt': 'b\n' } });
    expect((await api.getRef(mirror)).data.object.sha).toBe(sha);
  });
});
