import { describe, expect, it } from 'vitest';
import { branchWithChange, github, gitlab, keys, pullRequest, refusal, useSandbox } from './stand.ts';
import type { World } from '../worlds.ts';
import { shaOf } from '../shas.ts';

const stand = useSandbox();

const protect = (world: World, rules: object) =>
  world.control('protection', { repository: 'gitlab-org/gitlab', branch: 'master', requiredChecks: ['rspec', 'static-analysis', 'danger-review'], ...rules });

async function mutate(world: World, mutation: string, input: string, token = 'bot-token') {
  const response = await fetch(`${world.url}/api/graphql`, {
    method: 'POST',
    headers: { authorization: `bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query: `mutation { ${mutation}(input: {${input}}) { clientMutationId } }` }),
  });
  return { status: response.status, body: (await response.json()) as { data?: unknown; message?: string; errors?: { type: string; message: string }[] } };
}

const head = async (world: World) => (await github(world).git.getRef({ ...gitlab, ref: 'heads/master' })).data.object.sha;

describe('a merge', () => {
  it.each(['merge', 'squash', 'rebase'] as const)('by %s keeps what the base has gained since', async (method) => {
    const world = await stand.open();
    const { number, sha } = await pullRequest(world);
    await world.control('commit', { repository: 'gitlab-org/gitlab', branch: 'master', files: { 'other.txt': 'theirs\n' }, message: 'Add other' });
    const rest = github(world);
    const { data } = await rest.pulls.merge({ ...gitlab, pull_number: number, sha, merge_method: method });
    expect(data).toMatchObject({ merged: true, sha: await head(world) });
    const { data: files } = await rest.repos.getContent({ ...gitlab, path: '' });
    expect((files as { name: string }[]).map(({ name }) => name)).toEqual(expect.arrayContaining(['GITALY_SERVER_VERSION', 'other.txt']));
    const { data: commit } = await rest.repos.getCommit({ ...gitlab, ref: data.sha });
    expect(commit.parents).toHaveLength(method === 'merge' ? 2 : 1);
    expect(commit.files?.map(({ filename }) => filename)).toEqual(['GITALY_SERVER_VERSION']);
  });

  it('closes the pull request, and is not done twice', async () => {
    const world = await stand.open();
    const { number } = await pullRequest(world);
    const rest = github(world);
    const { data: merge } = await rest.pulls.merge({ ...gitlab, pull_number: number });
    const { data: pull } = await rest.pulls.get({ ...gitlab, pull_number: number });
    expect(pull).toMatchObject({ state: 'closed', merged: true, merge_commit_sha: merge.sha, merged_by: { login: 'slipway-bot' } });
    expect(await refusal(rest.pulls.merge({ ...gitlab, pull_number: number }))).toEqual({ status: 405, message: 'Pull Request is not mergeable' });
    expect((await keys(world)).filter((key) => key.startsWith('merge'))).toEqual(['merge gitlab-org/gitlab#1']);
  });

  it('gives the same commit in every world', async () => {
    const merged = async () => {
      const world = await stand.open();
      const { number } = await pullRequest(world);
      return (await github(world).pulls.merge({ ...gitlab, pull_number: number })).data.sha;
    };
    expect(await merged()).toBe(await merged());
  });

  it('is refused with 409 when the head is another one', async () => {
    const world = await stand.open();
    const { number, base } = await pullRequest(world);
    const merge = github(world).pulls.merge({ ...gitlab, pull_number: number, sha: base });
    expect(await refusal(merge)).toEqual({ status: 409, message: 'Head branch was modified. Review and try the merge again.' });
  });

  it('is refused with 405 while a required check is missing, running or red', async () => {
    const world = await stand.open({ latencyMs: { ci: 60_000 } });
    const { number, sha } = await pullRequest(world, { ci: 'none' });
    const rest = github(world);
    const tried = async () => refusal(rest.pulls.merge({ ...gitlab, pull_number: number }));
    expect(await tried()).toEqual({ status: 405, message: 'Required status check "rspec" is expected.' });
    await world.control('ci', { repository: 'gitlab-org/gitlab', sha, verdict: 'slow' });
    expect(await tried()).toEqual({ status: 405, message: 'Required status check "rspec" is in progress.' });
    await world.control('ci', { repository: 'gitlab-org/gitlab', sha, verdict: 'red', failing: ['danger-review'] });
    expect(await tried()).toEqual({ status: 405, message: 'Required status check "danger-review" is failing.' });
    expect((await rest.pulls.get({ ...gitlab, pull_number: number })).data.mergeable_state).toBe('blocked');
  });

  it('is refused with 405 on a conflict, which the pull request shows as dirty', async () => {
    const world = await stand.open();
    const { number } = await pullRequest(world);
    await world.control('commit', { repository: 'gitlab-org/gitlab', branch: 'master', files: { GITALY_SERVER_VERSION: 'theirs\n' }, message: 'Pin' });
    const rest = github(world);
    expect((await rest.pulls.get({ ...gitlab, pull_number: number })).data).toMatchObject({ mergeable: false, mergeable_state: 'dirty' });
    expect(await refusal(rest.pulls.merge({ ...gitlab, pull_number: number }))).toEqual({ status: 405, message: 'Pull Request is not mergeable' });
  });

  it('waits for a review by somebody else where the branch asks for one, and for a new one after a push', async () => {
    const world = await stand.open();
    await protect(world, { requiredReviews: 1 });
    const { number } = await pullRequest(world);
    const rest = github(world);
    const approve = (token: string) => github(world, token).pulls.createReview({ ...gitlab, pull_number: number, event: 'APPROVE' });
    expect(await refusal(approve('bot-token'))).toEqual({ status: 422, message: 'Can not approve your own pull request' });
    expect((await refusal(rest.pulls.merge({ ...gitlab, pull_number: number }))).message).toMatch('At least 1 approving review');
    await approve('reviewer-token');
    expect((await rest.pulls.get({ ...gitlab, pull_number: number })).data.mergeable_state).toBe('clean');

    const change = { repository: 'gitlab-org/gitlab', branch: 'release/gitaly', files: { 'more.txt': 'more\n' }, message: 'More' };
    const { sha } = await world.control<{ sha: string }>('commit', change);
    await world.control('ci', { repository: 'gitlab-org/gitlab', sha, verdict: 'green' });
    const { data: reviews } = await rest.pulls.listReviews({ ...gitlab, pull_number: number });
    expect(reviews.map(({ state }) => state)).toEqual(['DISMISSED']);
    expect((await rest.pulls.get({ ...gitlab, pull_number: number })).data.mergeable_state).toBe('blocked');
  });

  it('needs a head with the newest base where the branch is strict', async () => {
    const world = await stand.open();
    await protect(world, { strict: true });
    const { number } = await pullRequest(world);
    await world.control('commit', { repository: 'gitlab-org/gitlab', branch: 'master', files: { 'other.txt': 'theirs\n' }, message: 'Add other' });
    expect((await github(world).pulls.get({ ...gitlab, pull_number: number })).data.mergeable_state).toBe('behind');
  });
});

describe('auto-merge', () => {
  it('merges as soon as the checks allow', async () => {
    const world = await stand.open({ latencyMs: { ci: 60_000 } });
    const { number, nodeId, sha } = await pullRequest(world, { ci: 'slow' });
    const { body } = await mutate(world, 'enablePullRequestAutoMerge', `pullRequestId: "${nodeId}", mergeMethod: SQUASH, expectedHeadOid: "${sha}"`);
    expect(body.errors).toBeUndefined();
    await world.control('ci', { repository: 'gitlab-org/gitlab', sha, verdict: 'green' });
    const { data } = await github(world).pulls.get({ ...gitlab, pull_number: number });
    expect(data).toMatchObject({ merged: true, merge_commit_sha: await head(world), merged_by: { login: 'slipway-bot' } });
    expect((await keys(world)).at(-1)).toBe('auto-merge gitlab-org/gitlab#1 on');
  });

  it('is refused for a pull request that could be merged now, and for another head', async () => {
    const world = await stand.open();
    const { nodeId } = await pullRequest(world);
    const clean = await mutate(world, 'enablePullRequestAutoMerge', `pullRequestId: "${nodeId}"`);
    expect(clean.body.errors).toMatchObject([{ type: 'UNPROCESSABLE', message: 'Pull request Pull request is in clean status' }]);
    const moved = await mutate(world, 'enablePullRequestAutoMerge', `pullRequestId: "${nodeId}", expectedHeadOid: "${shaOf('1')}"`);
    expect(moved.body.errors).toMatchObject([{ type: 'UNPROCESSABLE' }]);
  });

  it('does nothing more once it is switched off', async () => {
    const world = await stand.open({ latencyMs: { ci: 60_000 } });
    const { number, nodeId, sha } = await pullRequest(world, { ci: 'slow' });
    await mutate(world, 'enablePullRequestAutoMerge', `pullRequestId: "${nodeId}"`);
    await mutate(world, 'disablePullRequestAutoMerge', `pullRequestId: "${nodeId}"`);
    await world.control('ci', { repository: 'gitlab-org/gitlab', sha, verdict: 'green' });
    expect((await github(world).pulls.get({ ...gitlab, pull_number: number })).data).toMatchObject({ state: 'open', auto_merge: null });
  });
});

describe('a merge queue', () => {
  const inQueue = async (world: World) => {
    await protect(world, { mergeQueue: true });
    const pull = await pullRequest(world);
    const enqueued = await mutate(world, 'enqueuePullRequest', `pullRequestId: "${pull.nodeId}", expectedHeadOid: "${pull.sha}"`);
    return { ...pull, enqueued };
  };
  const inspect = async (world: World, number: number) => (await github(world).pulls.get({ ...gitlab, pull_number: number })).data;
  const place = async (world: World, number: number) => {
    const query = `{ repository(owner: "gitlab-org", name: "gitlab") { pullRequest(number: ${number}) {
      isInMergeQueue timelineItems(last: 1, itemTypes: [REMOVED_FROM_MERGE_QUEUE_EVENT]) { nodes { ... on RemovedFromMergeQueueEvent { reason beforeCommit { oid } } } }
    } } }`;
    const answer = await fetch(`${world.url}/api/graphql`, { method: 'POST', headers: { authorization: 'bearer bot-token' }, body: JSON.stringify({ query }) });
    const { data } = (await answer.json()) as { data: { repository: { pullRequest: { isInMergeQueue: boolean; timelineItems: { nodes: { reason: string; beforeCommit: { oid: string } | null }[] } } } } };
    const { isInMergeQueue, timelineItems } = data.repository.pullRequest;
    return { isInMergeQueue, removed: timelineItems.nodes[0] };
  };

  it('is the only way in: a direct merge is refused', async () => {
    const world = await stand.open();
    await protect(world, { mergeQueue: true });
    const { number } = await pullRequest(world);
    expect(await refusal(github(world).pulls.merge({ ...gitlab, pull_number: number }))).toMatchObject({ status: 405, message: expect.stringContaining('Changes must be made through the merge queue') });
  });

  it('merges what was green in its trial on the base, and takes nothing twice', async () => {
    const world = await stand.open({ latencyMs: { ci: 500 } });
    const { number, nodeId, enqueued } = await inQueue(world);
    expect(enqueued.body.errors).toBeUndefined();
    expect((await mutate(world, 'enqueuePullRequest', `pullRequestId: "${nodeId}"`)).body.errors).toMatchObject([{ type: 'UNPROCESSABLE', message: 'Pull request is already in the queue' }]);
    expect(await inspect(world, number)).toMatchObject({ state: 'open', mergeable_state: 'blocked' });
    await expect.poll(async () => (await inspect(world, number)).merged, { timeout: 10_000 }).toBe(true);
    expect(await head(world)).toBe((await inspect(world, number)).merge_commit_sha);
    expect(await place(world, number)).toMatchObject({ isInMergeQueue: false, removed: { reason: 'merged' } });
  });

  it('throws out what was red in its trial, and names the commit', async () => {
    const world = await stand.open();
    await world.control('ci', { repository: 'gitlab-org/gitlab', branch: 'gh-readonly-queue/master', verdict: 'red' });
    const { number } = await inQueue(world);
    await expect.poll(() => place(world, number), { timeout: 10_000 }).toMatchObject({ isInMergeQueue: false, removed: { reason: 'failed_checks' } });
    const { removed } = await place(world, number);
    const { data } = await github(world).checks.listForRef({ ...gitlab, ref: removed!.beforeCommit!.oid });
    expect(data.check_runs.some(({ conclusion }) => conclusion === 'failure')).toBe(true);
    expect(await inspect(world, number)).toMatchObject({ state: 'open', mergeable_state: 'clean' });
  });

  it('gives back what somebody pushes to', async () => {
    const world = await stand.open();
    await world.control('ci', { repository: 'gitlab-org/gitlab', branch: 'gh-readonly-queue/master', verdict: 'slow' });
    const { number, branch } = await inQueue(world);
    await world.control('commit', { repository: 'gitlab-org/gitlab', branch, files: { 'more.txt': 'more' }, message: 'More' });
    expect(await place(world, number)).toMatchObject({ isInMergeQueue: false, removed: { reason: 'branch_changed' } });
  });

  it('tries the second one on what the first has made of the base', async () => {
    const world = await stand.open({ latencyMs: { ci: 300 } });
    const first = await inQueue(world);
    const second = await pullRequest(world, { branch: 'other', path: 'other.txt', text: 'other' });
    await mutate(world, 'enqueuePullRequest', `pullRequestId: "${second.nodeId}"`);
    await expect.poll(async () => (await inspect(world, second.number)).merged, { timeout: 10_000 }).toBe(true);
    const { data } = await github(world).repos.getCommit({ ...gitlab, ref: await head(world) });
    expect(data.parents.map(({ sha }) => sha)).toEqual([(await inspect(world, first.number)).merge_commit_sha, second.sha]);
  });
});

describe('refs by GraphQL', () => {
  it('move together, and only from where the caller believes them to be', async () => {
    const world = await stand.open();
    const { sha, base } = await branchWithChange(world);
    const { data: repository } = await github(world).repos.get(gitlab);
    const update = (before: string) =>
      mutate(
        world,
        'updateRefs',
        `repositoryId: "${repository.node_id}", refUpdates: [{name: "refs/heads/new", afterOid: "${sha}", beforeOid: "${shaOf('0')}"}, {name: "refs/heads/release/gitaly", afterOid: "${base}", beforeOid: "${before}", force: true}]`,
      );
    expect((await update(base)).body.errors).toHaveLength(1);
    const { git } = github(world);
    expect((await refusal(git.getRef({ ...gitlab, ref: 'heads/new' }))).status).toBe(404);
    expect((await update(sha)).body.errors).toBeUndefined();
    expect((await git.getRef({ ...gitlab, ref: 'heads/new' })).data.object.sha).toBe(sha);
    expect((await git.getRef({ ...gitlab, ref: 'heads/release/gitaly' })).data.object.sha).toBe(base);
  });
});

describe('a pull request', () => {
  it('is opened once for a head and base, and not without commits', async () => {
    const world = await stand.open();
    await pullRequest(world);
    const { pulls } = github(world);
    const again = (headName: string) => refusal(pulls.create({ ...gitlab, title: 'Again', head: headName, base: 'master' }));
    expect(await again('release/gitaly')).toEqual({ status: 422, message: 'A pull request already exists for gitlab-org:release/gitaly.' });
    expect(await again('master')).toEqual({ status: 422, message: 'No commits between master and master' });
    expect((await again('nowhere')).status).toBe(422);
  });

  it('is closed by the deletion of its branch, and cannot be opened again without it', async () => {
    const world = await stand.open();
    const { number, branch } = await pullRequest(world);
    const person = github(world, 'person:ann');
    await person.git.deleteRef({ ...gitlab, ref: `heads/${branch}` });
    const { data: issue } = await person.issues.get({ ...gitlab, issue_number: number });
    expect(issue).toMatchObject({ state: 'closed', closed_by: { login: 'ann' }, closed_at: expect.any(String) });
    const reopened = await refusal(person.pulls.update({ ...gitlab, pull_number: number, state: 'open' }));
    expect(reopened).toEqual({ status: 422, message: 'state cannot be changed. The release/gitaly branch has been deleted.' });
  });

  it('is merged when its head comes to the base by another way', async () => {
    const world = await stand.open();
    const { number, sha } = await pullRequest(world);
    const { git, pulls } = github(world);
    await git.updateRef({ ...gitlab, ref: 'heads/master', sha });
    expect((await pulls.get({ ...gitlab, pull_number: number })).data).toMatchObject({ merged: true, merge_commit_sha: sha });
  });

  it('is only found by a head that names its owner', async () => {
    const world = await stand.open();
    await pullRequest(world);
    const { pulls } = github(world);
    const found = async (headName: string) => (await pulls.list({ ...gitlab, head: headName, state: 'all' })).data.length;
    expect(await found('gitlab-org:release/gitaly')).toBe(1);
    expect(await found('gitlab-org:other')).toBe(0);
    expect(await found('other')).toBe(1);
  });

  it('lists its commits and its one changed file', async () => {
    const world = await stand.open();
    const { number, sha } = await pullRequest(world);
    const { pulls } = github(world);
    expect((await pulls.listCommits({ ...gitlab, pull_number: number })).data.map((commit) => commit.sha)).toEqual([sha]);
    const { data: files } = await pulls.listFiles({ ...gitlab, pull_number: number });
    expect(files).toMatchObject([{ filename: 'GITALY_SERVER_VERSION', status: 'modified', additions: 1, deletions: 1, patch: expect.stringContaining('+changed') }]);
  });
});

describe('a ref', () => {
  it('is made once, from an object that is there', async () => {
    const world = await stand.open();
    const { sha } = await branchWithChange(world);
    const { git } = github(world);
    const create = (ref: string, at: string) => refusal(git.createRef({ ...gitlab, ref, sha: at }));
    expect(await create('refs/heads/release/gitaly', sha)).toEqual({ status: 422, message: 'Reference already exists' });
    expect(await create('refs/heads/new', shaOf('1'))).toEqual({ status: 422, message: 'Object does not exist' });
    expect((await create('refs/heads/two..dots', sha)).status).toBe(422);
    expect((await create('refs/heads/new\nline', sha)).status).toBe(422);
  });

  it('moves forward, elsewhere only by force, and to a protected branch only checked commits', async () => {
    const world = await stand.open({ latencyMs: { ci: 60_000 } });
    const { sha, base } = await branchWithChange(world);
    const { git } = github(world);
    const update = (ref: string, to: string, force = false) => git.updateRef({ ...gitlab, ref, sha: to, force });
    expect(await refusal(update('heads/release/gitaly', base))).toEqual({ status: 422, message: 'Update is not a fast forward' });
    await update('heads/release/gitaly', base, true);
    expect(await refusal(update('heads/master', sha))).toEqual({ status: 422, message: 'Required status check "rspec" is expected.' });
    await world.control('ci', { repository: 'gitlab-org/gitlab', sha, verdict: 'green' });
    await update('heads/master', sha);
    expect(await head(world)).toBe(sha);
    expect(await refusal(git.deleteRef({ ...gitlab, ref: 'heads/master' }))).toEqual({ status: 422, message: 'Cannot delete this protected ref.' });
  });
});
