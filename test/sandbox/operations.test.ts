import { describe, expect, it } from 'vitest';
import { generateKeyPairSync } from 'node:crypto';
import { createAppAuth } from '@octokit/auth-app';
import { Octokit } from '@octokit/rest';
import { findOperation, operations } from '../../sandbox/github/operations.ts';
import { branchWithChange, github, gitlab, pullRequest, refusal, useSandbox } from './stand.ts';
import type { World } from '../worlds.ts';

const stand = useSandbox();

type Requests = readonly { method: string; route: string; status: number; operation: string; conditional: boolean; credential: string }[];

describe("GitHub's API", () => {
  it('answers every operation that it holds as its description says', async () => {
    const world = await stand.open();
    await useEveryOperation(world);
    const requests = await world.control<Requests>('requests');
    const answered = new Set(requests.filter(({ status }) => status < 300).map(({ operation }) => operation));
    expect([...answered].toSorted()).toEqual(Object.keys(operations).toSorted());
    expect(requests.filter(({ status }) => status >= 500)).toEqual([]);
  });

  it('names an operation that it does not hold', async () => {
    const world = await stand.open();
    const { status, message } = await refusal(github(world).repos.createFork(gitlab));
    expect(status).toBe(501);
    expect(message).toBe('The sandbox does not hold repos/create-fork (POST /repos/{owner}/{repo}/forks).');
  });

  it('names a GraphQL mutation that it does not hold', async () => {
    const world = await stand.open();
    const body = JSON.stringify({ query: 'mutation { mergePullRequest(input: {pullRequestId: "x"}) { clientMutationId } }' });
    const response = await fetch(`${world.url}/api/graphql`, { method: 'POST', headers: { authorization: 'bearer bot-token' }, body });
    expect(response.status).toBe(501);
    expect(await response.json()).toEqual({ message: "The sandbox does not hold GraphQL's mergePullRequest." });
  });

  it('refuses a request that GitHub would refuse, before it changes anything', async () => {
    const world = await stand.open();
    const { issues } = github(world);
    expect(await refusal(issues.createComment({ ...gitlab, issue_number: 1 } as never))).toEqual({ status: 422, message: 'Invalid request.\n\n"body" wasn\'t supplied.' });
    expect((await refusal(issues.listForRepo({ ...gitlab, state: 'ajar' as never }))).status).toBe(422);
    const malformed = await fetch(`${world.url}/api/v3/repos/gitlab-org/gitlab/issues`, { method: 'POST', headers: { authorization: 'token bot-token' }, body: '{' });
    expect([malformed.status, ((await malformed.json()) as { message: string }).message]).toEqual([400, 'Problems parsing JSON']);
    expect(await world.journal()).toEqual([]);
  });

  it('knows nobody without a token, nor by a wrong one', async () => {
    const world = await stand.open();
    const without = await fetch(`${world.url}/api/v3/user`);
    expect([without.status, ((await without.json()) as { message: string }).message]).toEqual([401, 'Requires authentication']);
    expect(await refusal(github(world, 'stolen').users.getAuthenticated())).toEqual({ status: 401, message: 'Bad credentials' });
    expect((await github(world, 'person:ann').users.getAuthenticated()).data.login).toBe('ann');
  });

  it('pages long lists, with links', async () => {
    const world = await stand.open({ pinnedBehind: 8 });
    const { repos } = github(world);
    const mirror = { owner: 'gitlab-org-security', repo: 'gitaly', per_page: 5 };
    const pages = [];
    for (let page = 1; page <= 4; page++) pages.push(await repos.listCommits({ ...mirror, page }));
    expect(pages.map(({ data }) => data.length)).toEqual([5, 5, 5, 2]);
    expect(pages[0]!.headers.link).toMatch(/page=2>; rel="next", <.*page=4>; rel="last"/);
    expect(pages[3]!.headers.link).not.toContain('rel="next"');
    expect(new Set(pages.flatMap(({ data }) => data.map(({ sha }) => sha))).size).toBe(17);
  });

  it('answers a conditional request with 304 while nothing changed, and does not count it', async () => {
    const world = await stand.open();
    const url = `${world.url}/api/v3/repos/gitlab-org/gitlab/pulls?state=all`;
    const get = (etag = '') => fetch(url, { headers: { authorization: 'token bot-token', 'if-none-match': etag } });
    const first = await get();
    const etag = first.headers.get('etag')!;
    const second = await get(etag);
    expect([second.status, await second.text(), second.headers.get('etag')]).toEqual([304, '', etag]);
    expect(second.headers.get('x-ratelimit-remaining')).toBe(first.headers.get('x-ratelimit-remaining'));
    await pullRequest(world);
    expect((await get(etag)).status).toBe(200);
  });

  it('logs requests without their tokens', async () => {
    const world = await stand.open();
    await github(world, 'person:ann').repos.get(gitlab);
    const requests = await world.control<Requests>('requests');
    expect(requests).toMatchObject([{ method: 'GET', route: 'GET /repos/{owner}/{repo}', status: 200, operation: 'repos/get', conditional: false, credential: 'ann' }]);
    expect(JSON.stringify(requests)).not.toContain('person:');
    await fetch(`${world.url}/control/requests`, { method: 'DELETE' });
    expect(await world.control('requests')).toEqual([]);
  });

  it('finds operations by templates, slashes in names included', () => {
    const found = (method: string, path: string) => findOperation(method, path)?.id;
    const repo = '/repos/o/r';
    expect(found('GET', `${repo}/commits/release/gitaly/check-runs`)).toBe('checks/list-for-ref');
    expect(found('GET', `${repo}/commits/release%2Fgitaly`)).toBe('repos/get-commit');
    expect(found('GET', `${repo}/branches/release/gitaly/protection`)).toBe('repos/get-branch-protection');
    expect(found('GET', `${repo}/releases/tags/v1`)).toBe('repos/get-release-by-tag');
    expect(found('GET', `${repo}/contents`)).toBe('repos/get-content');
    expect(found('GET', `${repo}/git/ref`)).toBeUndefined();
    expect(findOperation('GET', `${repo}/compare/a...b%2Fc`)?.params).toEqual({ owner: 'o', repo: 'r', basehead: 'a...b/c' });
  });
});

/** An app of the world's, which gets its tokens by itself. */
async function app({ url, control }: World): Promise<Octokit> {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048, publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' } });
  await control('apps', { id: '17', installation: 4711, publicKey });
  return new Octokit({ baseUrl: `${url}/api/v3`, authStrategy: createAppAuth, auth: { appId: '17', installationId: 4711, privateKey } });
}

/** In an order in which each finds what it needs. */
async function useEveryOperation(world: World): Promise<void> {
  const rest = github(world);
  const { actions, checks, git, issues, pulls, repos } = rest;
  const { number, branch, sha, base } = await pullRequest(world);
  const pull = { ...gitlab, pull_number: number };
  const issue = { ...gitlab, issue_number: number };

  await rest.users.getAuthenticated();
  await rest.rateLimit.get();
  await (await app(world)).repos.get(gitlab);
  await world.control('teams', { team: 'gitlab-org/release-managers', members: ['ann'] });
  await rest.teams.listMembersInOrg({ org: 'gitlab-org', team_slug: 'release-managers' });
  await rest.teams.getMembershipForUserInOrg({ org: 'gitlab-org', team_slug: 'release-managers', username: 'Ann' });
  await repos.get(gitlab);
  await repos.getBranch({ ...gitlab, branch });
  await repos.getBranchProtection({ ...gitlab, branch: 'master' });
  await repos.listCommits(gitlab);
  await repos.getCommit({ ...gitlab, ref: sha });
  await repos.listActivities({ ...gitlab, ref: 'refs/heads/master' });
  await repos.listPullRequestsAssociatedWithCommit({ ...gitlab, commit_sha: sha });
  await repos.compareCommitsWithBasehead({ ...gitlab, basehead: `master...${branch}` });
  await repos.getContent({ ...gitlab, path: 'GITALY_SERVER_VERSION' });
  await repos.getContent({ ...gitlab, path: '.github/workflows' });

  const { data: blob } = await git.createBlob({ ...gitlab, content: 'a blob\n' });
  await git.getBlob({ ...gitlab, file_sha: blob.sha });
  const { data: commit } = await git.getCommit({ ...gitlab, commit_sha: sha });
  await git.getTree({ ...gitlab, tree_sha: commit.tree.sha, recursive: 'true' });
  await git.getRef({ ...gitlab, ref: 'heads/master' });
  await git.listMatchingRefs({ ...gitlab, ref: 'heads/' });
  const { data: tag } = await git.createTag({ ...gitlab, tag: 'v1', message: 'One', object: base, type: 'commit' });
  expect((await git.getTag({ ...gitlab, tag_sha: tag.sha })).data).toEqual(tag);
  await git.createRef({ ...gitlab, ref: 'refs/heads/other', sha: base });
  await git.updateRef({ ...gitlab, ref: 'heads/other', sha });
  await git.deleteRef({ ...gitlab, ref: 'heads/other' });

  await pulls.list({ ...gitlab, state: 'all' });
  await pulls.get(pull);
  await pulls.update({ ...pull, body: 'New' });
  await pulls.listCommits(pull);
  await pulls.listFiles(pull);
  await github(world, 'reviewer-token').pulls.createReview({ ...pull, event: 'APPROVE' });
  const { data: [review] } = await pulls.listReviews(pull);
  await github(world, 'reviewer-token').pulls.updateReview({ ...pull, review_id: Number(review!.id), body: 'Production' });

  const { data: runs } = await checks.listForRef({ ...gitlab, ref: sha });
  await checks.get({ ...gitlab, check_run_id: runs.check_runs[0]!.id });
  await checks.listSuitesForRef({ ...gitlab, ref: sha });
  await repos.createCommitStatus({ ...gitlab, sha, state: 'success', context: 'another' });
  await repos.getBranchRules({ ...gitlab, branch: 'master' });
  await repos.getCombinedStatusForRef({ ...gitlab, ref: sha });
  await repos.listCommitStatusesForRef({ ...gitlab, ref: sha });

  await issues.create({ ...gitlab, title: 'It leaks', labels: ['Flaky Test'], assignees: ['ann'] });
  await issues.get(issue);
  await issues.listForRepo({ ...gitlab, state: 'all' });
  const { data: comment } = await issues.createComment({ ...issue, body: 'Hello' });
  await issues.getComment({ ...gitlab, comment_id: comment.id });
  await issues.updateComment({ ...gitlab, comment_id: comment.id, body: 'Goodbye' });
  await issues.listComments(issue);
  await issues.addLabels({ ...issue, labels: ['one', 'two'] });
  await issues.addAssignees({ ...issue, assignees: ['bo'] });
  await issues.removeLabel({ ...issue, name: 'one' });
  await issues.setLabels({ ...issue, labels: ['three'] });
  await issues.listLabelsOnIssue(issue);
  await issues.createLabel({ ...gitlab, name: 'four', color: '00ff00' });
  await issues.getLabel({ ...gitlab, name: 'four' });
  const { data: milestone } = await issues.createMilestone({ ...gitlab, title: '17.0' });
  await issues.update({ ...issue, milestone: milestone.number });
  await issues.listMilestones(gitlab);
  await issues.updateMilestone({ ...gitlab, milestone_number: milestone.number, state: 'closed' });

  const { data: deployment } = await repos.createDeployment({ ...gitlab, ref: sha, environment: 'canary' });
  const { id } = deployment as { id: number };
  await repos.createDeploymentStatus({ ...gitlab, deployment_id: id, state: 'in_progress', log_url: 'https://example.com/log' });
  await repos.getDeployment({ ...gitlab, deployment_id: id });
  await repos.listDeployments({ ...gitlab, sha });
  await repos.listDeploymentStatuses({ ...gitlab, deployment_id: id });

  await world.control('runs', { workflow: 'deploy.yml', conclusion: 'failure' });
  await actions.getWorkflow({ ...gitlab, workflow_id: 'deploy.yml' });
  await actions.createWorkflowDispatch({ ...gitlab, workflow_id: 'deploy.yml', ref: 'master', inputs: { release_key: 'k', environment: 'staging' } });
  const { data: dispatched } = await actions.listWorkflowRuns({ ...gitlab, workflow_id: 'deploy.yml', created: '>=2024-01-01' });
  const run = { ...gitlab, run_id: dispatched.workflow_runs[0]!.id };
  await expect.poll(async () => (await actions.getWorkflowRun(run)).data.conclusion).toBe('failure');
  await actions.listWorkflowRunsForRepo(gitlab);
  await actions.listJobsForWorkflowRun(run);
  await world.control('runs', { workflow: 'deploy.yml', conclusion: 'never' });
  await actions.reRunWorkflowFailedJobs(run);
  await actions.cancelWorkflowRun(run);
  expect(await refusal(actions.cancelWorkflowRun(run))).toMatchObject({ status: 409 });
  const waiting = await world.control<{ id: number }>('run', { repository: 'gitlab-org/gitlab', workflow: 'deploy.yml', event: 'workflow_dispatch', sha, checks: [], status: 'waiting', reviewers: ['ann', 'gitlab-org/release-managers'] });
  const { data: pending } = await actions.getPendingDeploymentsForRun({ ...gitlab, run_id: waiting.id });
  expect(pending.map(({ reviewers }) => reviewers.map(({ type }) => type))).toEqual([['User', 'Team']]);

  await pulls.merge({ ...pull, sha });
  const other = await branchWithChange(world, { branch: 'docs', path: 'docs.md' });
  await repos.merge({ ...gitlab, base: 'docs', head: 'master' });
  const { data: release } = await repos.createRelease({ ...gitlab, tag_name: 'v1.0.0', target_commitish: other.sha });
  await repos.getRelease({ ...gitlab, release_id: release.id });
  await repos.listReleases(gitlab);
  await repos.getLatestRelease(gitlab);
  await repos.getReleaseByTag({ ...gitlab, tag: 'v1.0.0' });
  await repos.updateRelease({ ...gitlab, release_id: release.id, name: 'One' });
}
