import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { branchWithChange, git, github, gitlab, keys, pullRequest, refusal, temporaryFolder, useSandbox } from './stand.ts';
import type { World } from '../worlds.ts';

const stand = useSandbox();

const createIssue = 'POST /repos/{owner}/{repo}/issues';
const issueKey = 'issue gitlab-org/gitlab It leaks';
const openIssue = (world: World) => github(world).issues.create({ ...gitlab, title: 'It leaks' });
const issues = async (world: World) => (await github(world).issues.listForRepo({ ...gitlab, state: 'all' })).data;
const fault = (world: World, match: object, action: object, times?: number) => world.control<{ id: string }>('faults', { match, action, ...(times && { times }) });
const fired = async (world: World) => (await world.control<{ fired: number }[]>('faults')).map((one) => one.fired);

interface Hold {
  readonly id: string;
  readonly key: string;
  readonly nth: number;
  readonly when: string;
}

/** Sends a write, and is gone as soon as it is held. */
async function sendAndDie(world: World): Promise<Hold> {
  const body = JSON.stringify({ title: 'It leaks' });
  const client = request(`${world.url}/api/v3/repos/gitlab-org/gitlab/issues`, { method: 'POST', headers: { authorization: 'token bot-token' } });
  client.on('error', () => undefined);
  client.end(body);
  const [held] = await world.control<Hold[]>('holds?waitMs=5000');
  client.destroy();
  expect(held).toMatchObject({ key: issueKey, nth: 1 });
  return held!;
}

describe('a held write', () => {
  it.each(['before', 'after'] as const)('is not applied while it is held %s, also when its client is dead', async (when) => {
    const world = await stand.open();
    await fault(world, { key: issueKey }, { kind: 'hold', when });
    const held = await sendAndDie(world);
    expect(held.when).toBe(when);
    expect(await issues(world)).toEqual([]);
    expect(await keys(world)).toEqual([]);
  });

  it('is applied after its client died', async () => {
    const world = await stand.open();
    await fault(world, { key: issueKey }, { kind: 'hold', when: 'after' });
    const held = await sendAndDie(world);
    await world.control(`holds/${held.id}`, { resolve: 'apply' });
    await expect.poll(async () => keys(world)).toEqual([issueKey]);
    expect(await issues(world)).toHaveLength(1);
    expect(await world.control('holds')).toEqual([]);
    expect(await fired(world)).toEqual([1]);
  });

  it('may be one that goes elsewhere: it is journalled once, however often it is told of', async () => {
    const world = await stand.open();
    const key = 'temporal claim environment/staging release/gitaly/staging';
    const tell = (moment: string) => world.control<{ resolved: string }>('effects', { key, moment });
    for (const when of ['before', 'after']) await fault(world, { key }, { kind: 'hold', when });

    const resolve = async (resolution: string) => {
      const [held] = await world.control<Hold[]>('holds?waitMs=5000');
      await world.control(`holds/${held!.id}`, { resolve: resolution });
      return held;
    };
    const [given, before] = await Promise.all([tell('before'), resolve('drop')]);
    expect([given, before]).toMatchObject([{ resolved: 'drop' }, { key, nth: 1, when: 'before' }]);
    expect(await keys(world)).toEqual([]);

    expect(await tell('before')).toEqual({ resolved: 'apply' });
    const [done, after] = await Promise.all([tell('after'), resolve('apply')]);
    expect([done, after]).toMatchObject([{ resolved: 'apply' }, { when: 'after' }]);
    await Promise.all([tell('before'), tell('after')]);
    expect(await keys(world)).toEqual([key]);
    expect(await fired(world)).toEqual([1, 1]);
  });

  it('may be one that goes elsewhere and has a time in its name, which another run of the same does not share', async () => {
    const world = await stand.open();
    const key = 'temporal objects component/gitaly release/gitaly/rejected/<time>';
    await fault(world, { key }, { kind: 'hold', when: 'before' });
    const given = world.control<{ resolved: string }>('effects', { key: key.replace('<time>', new Date().toISOString()), moment: 'before' });
    const [held] = await world.control<Hold[]>('holds?waitMs=5000');
    expect(held).toMatchObject({ key, nth: 1 });
    await world.control(`holds/${held!.id}`, { resolve: 'apply' });
    expect(await given).toEqual({ resolved: 'apply' });
  });

  it('is dropped, and may come again', async () => {
    const world = await stand.open();
    await fault(world, { key: issueKey }, { kind: 'hold', when: 'before' });
    const held = await sendAndDie(world);
    await world.control(`holds/${held.id}`, { resolve: 'drop' });
    expect(await issues(world)).toEqual([]);
    await openIssue(world);
    expect(await world.journal()).toMatchObject([{ seq: 1, key: issueKey, nth: 1, method: 'POST', route: createIssue }]);
  });

  it('is planned anew when it is applied: what another did meanwhile is not done twice', async () => {
    const world = await stand.open();
    const { sha } = await branchWithChange(world, { branch: 'one' });
    const key = 'ref gitlab-org/gitlab refs/heads/two';
    await fault(world, { key }, { kind: 'hold', when: 'after' });
    const { git: api } = github(world);
    const first = refusal(api.createRef({ ...gitlab, ref: 'refs/heads/two', sha }));
    const [held] = await world.control<Hold[]>('holds?waitMs=5000');
    await api.createRef({ ...gitlab, ref: 'refs/heads/two', sha });
    await world.control(`holds/${held!.id}`, { resolve: 'apply' });
    await first;
    expect((await keys(world)).filter((one) => one === key)).toHaveLength(1);
  });

  it('does not hold up others', async () => {
    const world = await stand.open();
    await fault(world, { key: issueKey }, { kind: 'hold', when: 'before' });
    await sendAndDie(world);
    await github(world).issues.create({ ...gitlab, title: 'Another' });
    expect(await keys(world)).toEqual(['issue gitlab-org/gitlab Another']);
  });

  it('can be a push', async () => {
    const world = await stand.open();
    const folder = await temporaryFolder();
    const key = 'ref gitlab-org/gitlab refs/heads/pushed';
    const remote = `${world.url.replace('http://', 'http://x:bot-token@')}/git/gitlab-org/gitlab.git`;
    await git(['clone', '--quiet', remote, 'work'], folder);
    await fault(world, { key }, { kind: 'hold', when: 'after' });
    const push = git(['push', 'origin', 'HEAD:refs/heads/pushed'], `${folder}/work`).catch((error: Error) => error);
    const [held] = await world.control<Hold[]>('holds?waitMs=5000');
    expect(held).toMatchObject({ key, nth: 1, when: 'after' });
    expect(await keys(world)).toEqual([]);
    await world.control(`holds/${held!.id}`, { resolve: 'apply' });
    expect(await push).toBeInstanceOf(Error);
    expect(await keys(world)).toEqual([key]);
  });

  it('is met by its occurrence', async () => {
    const world = await stand.open();
    await fault(world, { key: issueKey, nth: 2 }, { kind: 'hold', when: 'before' });
    await openIssue(world);
    const second = refusal(openIssue(world));
    const [held] = await world.control<Hold[]>('holds?waitMs=5000');
    expect(held).toMatchObject({ key: issueKey, nth: 2 });
    await world.control(`holds/${held!.id}`, { resolve: 'drop' });
    await second;
    expect(await world.journal()).toMatchObject([{ nth: 1 }]);
  });
});

describe('a fault', () => {
  it('fails a request before it is applied, as often as it is told', async () => {
    const world = await stand.open();
    await fault(world, { route: createIssue }, { kind: 'fail', status: 502, body: { message: 'Server Error' } }, 2);
    expect(await refusal(openIssue(world))).toEqual({ status: 502, message: 'Server Error' });
    expect((await refusal(openIssue(world))).status).toBe(502);
    expect(await issues(world)).toEqual([]);
    await openIssue(world);
    expect(await fired(world)).toEqual([2]);
  });

  it.each([
    ['a closed connection', 'reset', 500],
    ['another status', { status: 503 }, 503],
  ] as const)('applies a write and answers with %s', async (_, reply, status) => {
    const world = await stand.open();
    await fault(world, { key: issueKey }, { kind: 'applyThen', reply });
    expect((await refusal(openIssue(world))).status).toBe(status);
    expect(await issues(world)).toHaveLength(1);
  });

  it('applies a write and answers nothing', async () => {
    const world = await stand.open();
    await fault(world, { key: issueKey }, { kind: 'applyThen', reply: 'timeout' });
    const headers = { authorization: 'token bot-token' };
    const sent = fetch(`${world.url}/api/v3/repos/gitlab-org/gitlab/issues`, { method: 'POST', headers, body: '{"title":"It leaks"}', signal: AbortSignal.timeout(300) });
    await expect(sent).rejects.toThrow('timeout');
    expect(await issues(world)).toHaveLength(1);
  });

  it('delays a request', async () => {
    const world = await stand.open();
    await fault(world, { route: createIssue }, { kind: 'delay', ms: 200 });
    const started = Date.now();
    await openIssue(world);
    expect(Date.now() - started).toBeGreaterThanOrEqual(195);
  });

  it('is met by the n-th request of a route since it was planned', async () => {
    const world = await stand.open();
    await openIssue(world);
    await fault(world, { route: createIssue, nth: 2 }, { kind: 'fail', status: 500 });
    await openIssue(world);
    expect((await refusal(openIssue(world))).status).toBe(500);
    await openIssue(world);
    expect(await issues(world)).toHaveLength(3);
  });

  it('is the primary rate limit', async () => {
    const world = await stand.open();
    await fault(world, { route: createIssue }, { kind: 'rateLimit', retryAfterSeconds: 60 });
    const response = await openIssue(world).catch((error: { response: { status: number; headers: Record<string, string> } }) => error.response);
    expect(response.status).toBe(403);
    expect(response.headers).toMatchObject({ 'x-ratelimit-remaining': '0' });
    expect(Number((response.headers as Record<string, string>)['x-ratelimit-reset']) - Date.now() / 1000).toBeGreaterThan(55);
  });

  it('is the secondary rate limit', async () => {
    const world = await stand.open();
    await fault(world, { route: createIssue }, { kind: 'rateLimit', retryAfterSeconds: 7, secondary: true });
    const response = await openIssue(world).catch((error: { response: { status: number; headers: object; data: object } }) => error.response);
    expect(response).toMatchObject({ status: 403, headers: { 'retry-after': '7' }, data: { message: expect.stringContaining('secondary rate limit') } });
  });

  it('lets reads lag behind a write, and then catch up', async () => {
    const world = await stand.open();
    await fault(world, { key: issueKey }, { kind: 'staleReads', seconds: 0.5 });
    await openIssue(world);
    expect(await issues(world)).toEqual([]);
    await expect.poll(async () => (await issues(world)).length, { timeout: 3_000 }).toBe(1);
    expect(await fired(world)).toEqual([1]);
  });

  it('lets the reads of a deleted branch lag, its commits included', async () => {
    const world = await stand.open();
    const { branch, sha } = await branchWithChange(world);
    const { git: api, repos } = github(world);
    await fault(world, { key: `ref gitlab-org/gitlab refs/heads/${branch}`, nth: 2 }, { kind: 'staleReads', seconds: 60 });
    await api.deleteRef({ ...gitlab, ref: `heads/${branch}` });
    expect((await api.getRef({ ...gitlab, ref: `heads/${branch}` })).data.object.sha).toBe(sha);
    expect((await repos.getCommit({ ...gitlab, ref: branch })).data.sha).toBe(sha);
  });

  it('is gone when all are cleared', async () => {
    const world = await stand.open();
    await fault(world, { route: createIssue }, { kind: 'fail', status: 500 });
    await fetch(`${world.url}/control/faults`, { method: 'DELETE' });
    await openIssue(world);
    expect(await world.control('faults')).toEqual([]);
  });

  it('that says nothing sensible is refused', async () => {
    const world = await stand.open();
    await expect(fault(world, { key: 'x' }, { kind: 'explode' })).rejects.toThrow('400');
  });
});

describe('the journal', () => {
  it('has nothing of a write that changes nothing', async () => {
    const world = await stand.open();
    const { number, sha } = await pullRequest(world);
    const { issues: api, pulls, git: gitApi } = github(world);
    const label = () => api.addLabels({ ...gitlab, issue_number: number, labels: ['workflow::staging'] });
    await label();
    const before = await keys(world);
    await label();
    await pulls.update({ ...gitlab, pull_number: number, title: 'Update Gitaly version', state: 'open' });
    await gitApi.updateRef({ ...gitlab, ref: 'heads/release/gitaly', sha });
    await gitApi.createBlob({ ...gitlab, content: 'changed\n' });
    expect(await keys(world)).toEqual(before);
  });

  it('names writes without ids and times', async () => {
    const world = await stand.open();
    const { number } = await pullRequest(world);
    const { issues: api, repos, actions } = github(world);
    const { data: comment } = await api.createComment({ ...gitlab, issue_number: number, body: '<!-- release-op: gitaly/notice -->\nIt is late.' });
    await api.updateComment({ ...gitlab, comment_id: comment.id, body: '<!-- release-op: gitaly/notice -->\nStill late.' });
    await repos.createDeployment({ ...gitlab, ref: 'master', environment: 'production', task: 'deploy:gitaly', auto_merge: false, required_contexts: [] });
    await actions.createWorkflowDispatch({ ...gitlab, workflow_id: 'deploy.yml', ref: 'master', inputs: { release_key: 'gitaly/1/staging', environment: 'staging' } });
    expect((await keys(world)).map((key) => key.replace(/[0-9a-f]{40}/, '<sha>'))).toEqual([
      'tree gitlab-org/gitlab <sha>',
      'commit gitlab-org/gitlab Change GITALY_SERVER_VERSION',
      'ref gitlab-org/gitlab refs/heads/release/gitaly',
      'pull gitlab-org/gitlab release/gitaly→master',
      'comment gitlab-org/gitlab#1 release-op: gitaly/notice',
      'comment-edit gitlab-org/gitlab#1 release-op: gitaly/notice',
      'deployment gitlab-org/gitlab production deploy:gitaly',
      'dispatch gitlab-org/gitlab deploy.yml gitaly/1/staging',
    ]);
  });

  it('has a write whose client was gone before it could be answered', async () => {
    const world = await stand.open();
    await fault(world, { route: createIssue }, { kind: 'delay', ms: 300 });
    const headers = { authorization: 'token bot-token' };
    await fetch(`${world.url}/api/v3/repos/gitlab-org/gitlab/issues`, { method: 'POST', headers, body: '{"title":"It leaks"}', signal: AbortSignal.timeout(100) }).catch(() => undefined);
    await expect.poll(async () => keys(world), { timeout: 3_000 }).toEqual([issueKey]);
  });
});
