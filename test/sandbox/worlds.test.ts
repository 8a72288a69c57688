import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { json } from '../worlds.ts';
import { git, github, gitlab, keys, pullRequest, temporaryFolder, useSandbox } from './stand.ts';
import type { World } from '../worlds.ts';

const stand = useSandbox();

async function act(world: World): Promise<void> {
  const { number, sha } = await pullRequest(world);
  const rest = github(world);
  const { data: pull } = await rest.pulls.get({ ...gitlab, pull_number: number });
  await rest.issues.createComment({ ...gitlab, issue_number: number, body: `See ${pull.html_url}, begun ${new Date().toISOString()}` });
  await rest.pulls.merge({ ...gitlab, pull_number: number, sha });
  const { data: run } = await rest.actions.createWorkflowDispatch({
    ...gitlab, workflow_id: 'deploy.yml', ref: 'master', inputs: { release_key: 'k', environment: 'staging' }, return_run_details: true,
  });
  await rest.repos.createDeployment({ ...gitlab, ref: 'master', environment: 'canary', payload: { fence: 1, attempt: Date.now() }, auto_merge: false, required_contexts: [] });
  await rest.issues.create({ ...gitlab, title: 'It leaks', body: `In ${(run as { html_url: string }).html_url}` });
  await expect.poll(async () => JSON.stringify(await world.snapshot())).toContain('"staging"');
}

describe('worlds', () => {
  it('that were dealt with alike look alike', async () => {
    const [one, other] = [await stand.open(), await stand.open()];
    // The ids of the second are others.
    await github(other, 'person:early').repos.get(gitlab);
    await act(one);
    await act(other);
    expect(await other.snapshot()).toEqual(await one.snapshot());
    expect(await keys(other)).toEqual(await keys(one));
  });

  it('that were not look different', async () => {
    const [one, other] = [await stand.open(), await stand.open()];
    await pullRequest(one);
    await pullRequest(other, { text: 'something else\n' });
    expect(await other.snapshot()).not.toEqual(await one.snapshot());
  });

  it('begin with a commit pinned so far behind the mirror', async () => {
    const world = await stand.open({ pinnedBehind: 5 });
    const { repos } = github(world);
    const { data: file } = await repos.getContent({ ...gitlab, path: 'GITALY_SERVER_VERSION', mediaType: { format: 'raw' } });
    const { data } = await repos.compareCommitsWithBasehead({ owner: 'gitlab-org-security', repo: 'gitaly', basehead: `${String(file).trim()}...master` });
    expect(data).toMatchObject({ status: 'ahead', ahead_by: 5 });
  });

  it('know nothing of each other, and are gone when deleted', async () => {
    const [one, other] = [await stand.open(), await stand.open()];
    await pullRequest(one);
    expect((await github(other).pulls.list({ ...gitlab, state: 'all' })).data).toEqual([]);
    const { url } = await json<{ url: string }>(`${stand.url}/worlds`, { method: 'POST', body: { name: 'third', scenario: 'gitaly' } });
    await expect(json(`${stand.url}/worlds`, { method: 'POST', body: { name: 'third', scenario: 'gitaly' } })).rejects.toThrow('409');
    await json(`${stand.url}/worlds/third`, { method: 'DELETE' });
    expect((await fetch(`${url}/control/journal`)).status).toBe(404);
    expect(await json(`${stand.url}/worlds`)).toEqual(expect.arrayContaining([{ name: one.name, url: one.url }]));
  });

  it('say what is wrong with a request for one', async () => {
    await expect(json(`${stand.url}/worlds`, { method: 'POST', body: { name: 'x', scenario: 'atlantis' } })).rejects.toThrow(/400.*scenario/);
    await expect(json(`${stand.url}/worlds`, { method: 'POST', body: { name: 'x', scenario: 'gitaly', moons: 2 } })).rejects.toThrow(/400.*moons/);
  });
});

describe('a seed', () => {
  it('lends its history to Gitaly, and its objects stay where they are', async () => {
    const seed = join(await temporaryFolder(), 'seed');
    await mkdir(seed);
    await git(['init', '--quiet', '--initial-branch=main'], seed);
    for (let number = 1; number <= 30; number++) {
      await writeFile(join(seed, 'file.txt'), `${number}\n`);
      await git(['add', '.'], seed);
      await git(['commit', '--quiet', '-m', `Change ${number}`], seed);
    }
    const world = await stand.open({ seed });
    const history = (await git(['rev-list', 'HEAD'], seed)).split('\n');
    const { repos } = github(world);
    const { data: commits } = await repos.listCommits({ owner: 'gitlab-org-security', repo: 'gitaly', per_page: 100 });
    expect(commits.map(({ sha }) => sha)).toEqual(history);
    const { data: file } = await repos.getContent({ ...gitlab, path: 'GITALY_SERVER_VERSION', mediaType: { format: 'raw' } });
    expect(String(file)).toBe(`${history[25]}\n`);

    const { sha } = await world.control<{ sha: string }>('commit', { repository: 'gitlab-org/gitaly', branch: 'master', files: { 'new.txt': 'new\n' }, message: 'New' });
    expect((await repos.getCommit({ owner: 'gitlab-org-security', repo: 'gitaly', ref: 'master' })).data.sha).toBe(sha);
    expect(await git(['rev-parse', 'HEAD'], seed)).toBe(history[0]);
  });
});
