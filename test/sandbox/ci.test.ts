import { describe, expect, it } from 'vitest';
import { branchWithChange, github, gitlab, pullRequest, refusal, useSandbox } from './stand.ts';
import type { World } from '../worlds.ts';
import { shaOf } from '../shas.ts';

const stand = useSandbox();

async function conclusions(world: World, ref: string): Promise<Record<string, string | null>> {
  const { checks, repos } = github(world);
  const { data: runs } = await checks.listForRef({ ...gitlab, ref });
  const { data: status } = await repos.getCombinedStatusForRef({ ...gitlab, ref });
  return Object.fromEntries([
    ...runs.check_runs.map(({ name, conclusion }) => [name, conclusion]),
    ...status.statuses.map(({ context, state }) => [context, state]),
  ]) as Record<string, string | null>;
}

const script = (world: World, what: object) => world.control('ci', { repository: 'gitlab-org/gitlab', ...what });

describe('CI', () => {
  it('is green in the end where nothing else was scripted', async () => {
    const world = await stand.open({ latencyMs: { ci: 60_000 } });
    const { sha } = await branchWithChange(world);
    expect(await conclusions(world, sha)).toMatchObject({ rspec: null });
    await world.control('clock', { ms: 60_000 });
    await expect.poll(() => conclusions(world, sha)).toEqual({ rspec: 'success', 'static-analysis': 'success', 'danger-review': 'success' });
  });

  it.each([
    ['red', { rspec: 'failure', 'static-analysis': 'success', 'danger-review': 'success' }],
    ['cancelled', { rspec: 'cancelled', 'static-analysis': 'cancelled' }],
    ['neutral', { rspec: 'neutral', 'static-analysis': 'neutral' }],
    ['skipped', { rspec: 'skipped', 'static-analysis': 'skipped' }],
    ['none', {}],
  ])('is %s where that was scripted for the branch', async (verdict, expected) => {
    const world = await stand.open();
    await script(world, { branch: 'release/gitaly', verdict });
    const { sha } = await branchWithChange(world);
    await expect.poll(() => conclusions(world, sha)).toEqual(expected);
  });

  it('registers late where it is told to: until then nothing is to be seen of it', async () => {
    const world = await stand.open({ latencyMs: { ci: 0 } });
    await script(world, { branch: 'release/gitaly', verdict: 'green', registersAfterMs: 60_000 });
    const { sha } = await branchWithChange(world);
    expect(await conclusions(world, sha)).toEqual({});
    await world.control('clock', { ms: 59_000 });
    expect(await conclusions(world, sha)).toEqual({});
    await world.control('clock', { ms: 1_000 });
    await expect.poll(() => conclusions(world, sha)).toEqual({ rspec: 'success', 'static-analysis': 'success', 'danger-review': 'success' });
  });

  it('fails where it is told to, checks and contexts alike', async () => {
    const world = await stand.open();
    const { sha } = await branchWithChange(world);
    await script(world, { sha, verdict: 'red', failing: ['static-analysis', 'danger-review'] });
    expect(await conclusions(world, sha)).toEqual({ rspec: 'success', 'static-analysis': 'failure', 'danger-review': 'failure' });
    expect((await github(world).repos.getCombinedStatusForRef({ ...gitlab, ref: sha })).data.state).toBe('failure');
  });

  it('that is flaky passes when its failed jobs run again, and only those do', async () => {
    const world = await stand.open();
    await script(world, { branch: 'release/gitaly', verdict: 'flaky' });
    const { sha } = await branchWithChange(world);
    await expect.poll(() => conclusions(world, sha)).toMatchObject({ rspec: 'failure' });
    const { actions } = github(world);
    const { data } = await actions.listWorkflowRunsForRepo({ ...gitlab, head_sha: sha });
    const run = { ...gitlab, run_id: data.workflow_runs[0]!.id };
    const before = (await actions.listJobsForWorkflowRun(run)).data.jobs;
    await actions.reRunWorkflowFailedJobs(run);
    await expect.poll(() => conclusions(world, sha)).toMatchObject({ rspec: 'success' });

    const after = (await actions.listJobsForWorkflowRun(run)).data.jobs;
    expect((await actions.getWorkflowRun(run)).data).toMatchObject({ run_attempt: 2, conclusion: 'success' });
    const passed = (jobs: typeof before) => jobs.find(({ name }) => name === 'static-analysis')!;
    expect(passed(after).started_at).toBe(passed(before).started_at);
    expect((await actions.listJobsForWorkflowRun({ ...run, filter: 'all' })).data.total_count).toBeGreaterThan(2);
    expect((await refusal(actions.reRunWorkflowFailedJobs(run))).status).toBe(403);
  });

  it('that is red stays red when it runs again', async () => {
    const world = await stand.open();
    await script(world, { branch: 'release/gitaly', verdict: 'red' });
    const { sha } = await branchWithChange(world);
    await expect.poll(() => conclusions(world, sha)).toMatchObject({ rspec: 'failure' });
    const { actions } = github(world);
    const { data } = await actions.listWorkflowRunsForRepo({ ...gitlab, head_sha: sha });
    const run = { ...gitlab, run_id: data.workflow_runs[0]!.id };
    await actions.reRunWorkflowFailedJobs(run);
    await expect.poll(async () => (await actions.getWorkflowRun(run)).data).toMatchObject({ run_attempt: 2, conclusion: 'failure' });
  });
});

describe('a deployment', () => {
  const create = (world: World, options: object = {}) =>
    github(world).repos.createDeployment({ ...gitlab, ref: 'master', environment: 'production', auto_merge: false, required_contexts: [], ...options });
  const states = async (world: World, id: number) =>
    (await github(world).repos.listDeploymentStatuses({ ...gitlab, deployment_id: id })).data.map(({ state }) => state);

  it('goes from queued to success, and is what runs then', async () => {
    const world = await stand.open();
    const { data } = await create(world);
    await expect.poll(() => states(world, (data as { id: number }).id)).toEqual(['success', 'in_progress', 'queued']);
    const { sha } = data as { sha: string };
    expect((await world.snapshot())['environments']).toEqual({ production: { repository: 'gitlab-org/gitlab', sha } });
  });

  it('fails, or never ends, where that was scripted; as often as it was', async () => {
    const world = await stand.open();
    await world.control('deployments', { environment: 'production', outcome: 'failure', times: 1 });
    await world.control('deployments', { environment: 'canary', outcome: 'never' });
    const [failing, hanging, fine] = [await create(world), await create(world, { environment: 'canary' }), await create(world)].map(({ data }) => (data as { id: number }).id);
    await expect.poll(() => states(world, fine!)).toContain('success');
    expect(await states(world, failing!)).toContain('failure');
    expect(await states(world, hanging!)).not.toContain('success');
  });

  it('is another one each time', async () => {
    const world = await stand.open();
    await create(world);
    await create(world);
    expect((await github(world).repos.listDeployments({ ...gitlab, environment: 'production' })).data).toHaveLength(2);
    expect((await github(world).repos.listDeployments({ ...gitlab, environment: 'staging' })).data).toHaveLength(0);
  });

  it('of a branch that is behind brings the branch up to date instead, unless told not to', async () => {
    const world = await stand.open();
    const { sha } = await branchWithChange(world);
    await world.control('commit', { repository: 'gitlab-org/gitlab', branch: 'master', files: { 'other.txt': 'theirs\n' }, message: 'Add other' });
    const merged = await github(world).repos.createDeployment({ ...gitlab, ref: 'release/gitaly', required_contexts: [] });
    expect(merged).toMatchObject({ status: 202, data: { message: 'Auto-merged master into release/gitaly on deployment.' } });
    expect((await github(world).git.getRef({ ...gitlab, ref: 'heads/release/gitaly' })).data.object.sha).not.toBe(sha);
    expect((await github(world).repos.listDeployments(gitlab)).data).toEqual([]);
  });

  it('of a commit whose checks have not passed is refused, unless told not to look', async () => {
    const world = await stand.open({ latencyMs: { ci: 60_000 } });
    const { sha } = await branchWithChange(world);
    const refused = await refusal(create(world, { ref: sha, required_contexts: undefined }));
    expect(refused).toEqual({ status: 409, message: `Conflict: Commit status checks failed for ${sha}.` });
    expect((await create(world, { ref: sha })).status).toBe(201);
  });
});

describe('a dispatched workflow', () => {
  const dispatch = (world: World, inputs: Record<string, string>) =>
    github(world).actions.createWorkflowDispatch({ ...gitlab, workflow_id: 'deploy.yml', ref: 'master', inputs });

  it('is found by the name that its input gives it, and deploys the commit of its input', async () => {
    const world = await stand.open();
    await dispatch(world, { release_key: 'gitaly/1/staging', environment: 'staging', sha: shaOf('1') });
    const { actions } = github(world);
    const list = async () => (await actions.listWorkflowRuns({ ...gitlab, workflow_id: 'deploy.yml', event: 'workflow_dispatch' })).data.workflow_runs;
    await expect.poll(list).toMatchObject([{ display_title: 'gitaly/1/staging', name: 'gitaly/1/staging', status: 'completed', conclusion: 'success' }]);
    expect((await world.snapshot())['environments']).toEqual({ staging: { repository: 'gitlab-org/gitlab', sha: shaOf('1') } });
  });

  it('runs again on each dispatch', async () => {
    const world = await stand.open();
    await dispatch(world, { release_key: 'k', environment: 'staging' });
    await dispatch(world, { release_key: 'k', environment: 'staging' });
    expect(await world.journal()).toMatchObject([{ key: 'dispatch gitlab-org/gitlab deploy.yml k', nth: 1 }, { nth: 2 }]);
  });

  it('tells its id to those who ask', async () => {
    const world = await stand.open();
    const inputs = { release_key: 'k', environment: 'staging' };
    const { data } = await github(world).actions.createWorkflowDispatch({ ...gitlab, workflow_id: 'deploy.yml', ref: 'master', inputs, return_run_details: true });
    const { data: run } = await github(world).actions.getWorkflowRun({ ...gitlab, run_id: (data as { workflow_run_id: number }).workflow_run_id });
    expect(run.display_title).toBe('k');
  });

  it('takes the inputs that it knows, and a branch that is there', async () => {
    const world = await stand.open();
    expect((await refusal(dispatch(world, { environment: 'staging' }))).message).toBe("Required input 'release_key' not provided");
    expect((await refusal(dispatch(world, { release_key: 'k', environment: 'staging', colour: 'blue' }))).message).toBe('Unexpected inputs provided: ["colour"]');
    const nowhere = github(world).actions.createWorkflowDispatch({ ...gitlab, workflow_id: 'deploy.yml', ref: 'nowhere', inputs: { release_key: 'k', environment: 'x' } });
    expect(await refusal(nowhere)).toEqual({ status: 422, message: 'No ref found for: nowhere' });
  });
});

describe('a health endpoint', () => {
  it('is healthy, unhealthy, or silent', async () => {
    const world = await stand.open();
    const url = `${world.url}/health/production`;
    expect(await (await fetch(url)).json()).toEqual({ status: 'ok' });
    await world.control('health', { environment: 'production', state: 'unhealthy' });
    expect((await fetch(url)).status).toBe(503);
    await world.control('health', { environment: 'production', state: 'silent' });
    await expect(fetch(url, { signal: AbortSignal.timeout(200) })).rejects.toThrow('timeout');
    expect((await fetch(`${world.url}/health/staging`)).status).toBe(200);
  });
});

describe('an issue', () => {
  it('tells who closed it, and that it was opened again', async () => {
    const world = await stand.open();
    const { issues } = github(world);
    const { data: issue } = await issues.create({ ...gitlab, title: 'It leaks' });
    const id = { ...gitlab, issue_number: issue.number };
    await github(world, 'person:ann').issues.update({ ...id, state: 'closed', state_reason: 'not_planned' });
    expect((await issues.get(id)).data).toMatchObject({ state: 'closed', state_reason: 'not_planned', closed_by: { login: 'ann' } });
    await issues.update({ ...id, state: 'open' });
    expect((await issues.get(id)).data).toMatchObject({ state: 'open', state_reason: 'reopened', closed_by: null, closed_at: null });
  });

  it('shares its numbers with pull requests, which are issues', async () => {
    const world = await stand.open();
    const { number } = await pullRequest(world);
    const { issues } = github(world);
    const { data: issue } = await issues.create({ ...gitlab, title: 'It leaks' });
    expect([number, issue.number]).toEqual([1, 2]);
    const { data } = await issues.listForRepo({ ...gitlab, state: 'all' });
    expect(data.map((one) => one.pull_request !== undefined)).toEqual([false, true]);
  });

  it('is a release’s draft that hides from its tag', async () => {
    const world = await stand.open();
    const { repos, git } = github(world);
    const create = (draft: boolean) => repos.createRelease({ ...gitlab, tag_name: 'v1', draft });
    await create(true);
    await create(true);
    expect((await refusal(repos.getReleaseByTag({ ...gitlab, tag: 'v1' }))).status).toBe(404);
    expect((await refusal(git.getRef({ ...gitlab, ref: 'tags/v1' }))).status).toBe(404);
    await create(false);
    expect((await git.getRef({ ...gitlab, ref: 'tags/v1' })).status).toBe(200);
    expect((await refusal(create(false))).status).toBe(422);
    expect((await repos.listReleases(gitlab)).data).toHaveLength(3);
  });
});
