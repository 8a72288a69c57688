import type { WorkflowHandle } from '@temporalio/client';
import { describe, expect, it, onTestFinished } from 'vitest';
import { abort, decide } from '../../workflows/people/messages.ts';
import { history, status } from '../../workflows/release/messages.ts';
import { endEnvironments } from '../environments.ts';
import { startWorker } from '../servers.ts';
import { nextSecond, openWorld, workerEnvironment, writeCatalog } from '../worlds.ts';
import type { World } from '../worlds.ts';
import { useServers } from './stand.ts';
import type { ReleaseOutcome } from '../../domain/component/outcome.ts';
import { shaOf } from '../shas.ts';

const servers = useServers();

const [canonical, mirror, product] = ['gitlab-org/gitaly', 'gitlab-org-security/gitaly', 'gitlab-org/gitlab'];
const versionFile = 'GITALY_SERVER_VERSION';
const waiting = { repository: product, branch: 'release/gitaly', verdict: 'green', afterMs: 600_000 };
const red = { repository: product, branch: 'release/gitaly', verdict: 'red' };

describe('the pull request of a release, on real git and HTTP', () => {
  it('is amended by a newer green commit, which the hourly task offers', async () => {
    const { world, update, open } = await begin({ ci: waiting });
    const release = await open();
    const [before] = await pulls(world);
    const sha = await develop(world);
    expect(await update()).toEqual({ kind: 'handedOver', to: release.workflowId });
    await expect.poll(async () => (await release.query(status)).candidate).toBe(sha);

    const [after, ...others] = await pulls(world);
    expect(others).toEqual([]);
    expect(after).toMatchObject({ number: before!.number, state: 'open', body: expect.stringContaining(sha.slice(0, 12)) });
    expect(await text(world, after!.head.sha)).toBe(sha);
    await world.control('ci', { repository: product, sha: after!.head.sha, verdict: 'green' });
    await merged(release);
    expect(await text(world, 'master')).toBe(sha);
    await released(release);
  });

  it('carries on with the version that a person has put into it', async () => {
    const { world, open } = await begin({ ci: waiting });
    const release = await open();
    const sha = await develop(world);
    const { sha: head } = await world.control<{ sha: string }>('commit', { repository: product, branch: 'release/gitaly', files: { [versionFile]: `${sha}\n` }, message: 'Take the newest', by: 'kim' });
    await expect.poll(async () => (await release.query(status)).candidate).toBe(sha);
    await world.control('ci', { repository: product, sha: head, verdict: 'green' });
    await merged(release);
    expect(await text(world, 'master')).toBe(sha);
    await released(release);
  });

  it.each([
    ['changes other files', { 'app.rb': 'x' }, /changes app\.rb/],
    ['names a commit that the mirror does not have', { [versionFile]: `${shaOf('f')}\n` }, /which gitlab-org-security\/gitaly has neither/],
    ['breaks the version file', { [versionFile]: 'v1.2\n' }, /is not the SHA of a commit/],
  ])('is asked about when a person %s, and closed with its branch by a decision', async (_, files, reason) => {
    const { world, open } = await begin({ ci: waiting });
    const release = await open();
    await world.control('commit', { repository: product, branch: 'release/gitaly', files, message: 'Change', by: 'kim' });
    await expect.poll(async () => (await release.query(status)).next, { timeout: 30_000 }).toMatch(reason);
    await release.executeUpdate(decide.update, { args: [{ choice: 'close', by: 'kim' }] });
    expect(await release.result()).toMatchObject({ kind: 'closed', by: 'kim', stays: [], owed: [] });
    expect(await pulls(world)).toMatchObject([{ state: 'closed', merged_at: null }]);
    expect((await world.snapshot()).repositories[product]!.refs).not.toHaveProperty('refs/heads/release/gitaly');
  });

  it('ends as closed by the person who closed it; the next task opens another one', async () => {
    const { world, open, update } = await begin({ ci: waiting });
    const release = await open();
    await as(world, 'carol', 'PATCH', `pulls/${(await pulls(world))[0]!.number}`, { state: 'closed' });
    expect(await release.result()).toMatchObject({ kind: 'closed', by: 'carol', owed: [] });
    await nextSecond();
    await update();
    await expect.poll(async () => (await pulls(world)).map(({ state }) => state)).toEqual(['open', 'closed']);
  });

  it('ends as overtaken when somebody else moves the pin', async () => {
    const { world, open } = await begin({ ci: waiting });
    const release = await open();
    const sha = await develop(world);
    await world.control('commit', { repository: product, branch: 'master', files: { [versionFile]: `${sha}\n` }, message: 'Update by hand', by: 'kim' });
    expect(await release.result()).toMatchObject({ kind: 'overtaken', pinned: sha, owed: [] });
    expect(await pulls(world)).toMatchObject([{ state: 'closed', merged_at: null }]);
  });

  it('is opened anew when it conflicts with its base', async () => {
    const { world, open } = await begin({ ci: { ...waiting, afterMs: 4_000 } });
    const release = await open();
    const pinned = await text(world, 'master');
    await world.control('commit', { repository: product, branch: 'master', files: { [versionFile]: `${pinned}\n\n` }, message: 'Add a line', by: 'kim' });
    await merged(release);
    expect((await pulls(world)).map(({ state, merged_at }) => [state, merged_at !== null])).toEqual([['closed', true], ['closed', false]]);
    await released(release);
  });

  it('is approved by the second identity where the branch asks for a review', async () => {
    const { world, open } = await begin({ env: { GITHUB_REVIEWER_TOKEN: 'reviewer-token' } });
    await world.control('protection', { repository: product, branch: 'master', requiredReviews: 1 });
    const release = await open();
    await merged(release);
    await released(release);
  });

  it('waits for a person’s review where there is no second identity', async () => {
    const { world, open } = await begin();
    await world.control('protection', { repository: product, branch: 'master', requiredReviews: 1 });
    const release = await open();
    await expect.poll(async () => (await release.query(status)).waitingFor?.what).toMatch(/^a review of #/);
    await as(world, 'dana', 'POST', `pulls/${(await pulls(world))[0]!.number}/reviews`, { event: 'APPROVE' });
    await merged(release);
    await released(release);
  });

  it('is brought up to date with a strict base, whenever that moves on before the merge', async () => {
    const { world, open } = await begin({ ci: waiting });
    await world.control('protection', { repository: product, branch: 'master', strict: true, requiredChecks: ['rspec'] });
    const release = await open();
    await world.control('commit', { repository: product, branch: 'master', files: { 'app.rb': 'newer' }, message: 'Develop', by: 'kim' });
    await world.control('ci', { repository: product, branch: 'release/gitaly', verdict: 'green' });
    const [before] = await pulls(world);
    await world.control('ci', { repository: product, sha: before!.head.sha, verdict: 'green' });
    await merged(release);
    const [after, ...others] = await pulls(world);
    expect(others).toEqual([]);
    expect(after!.head.sha).not.toBe(before!.head.sha);
    expect(await as<{ sha: string }[]>(world, 'dev', 'GET', `pulls/${after!.number}/files`)).toMatchObject([{ filename: versionFile }]);
    await released(release);
  });

  it('is merged by the queue of its base, once more after a trial that failed, and then by a person’s word', async () => {
    const { world, open } = await begin();
    const trial = (verdict: string) => world.control('ci', { repository: product, branch: 'gh-readonly-queue/master', verdict, failing: ['rspec'] });
    await world.control('protection', { repository: product, branch: 'master', mergeQueue: true, requiredChecks: ['rspec'] });
    await trial('red');
    const release = await open();
    await expect.poll(async () => (await release.query(status)).waitingFor?.what, { timeout: 30_000 }).toMatch(/^a decision on #\d+, which the merge queue of master has thrown out \(failed_checks\)/);
    expect((await world.journal()).filter(({ key }) => key.startsWith('enqueue'))).toHaveLength(2);
    await trial('green');
    await release.executeUpdate(decide.update, { args: [{ choice: 'retry', by: 'kim' }] });
    await merged(release);
    expect((await pulls(world))[0]).toMatchObject({ merged_at: expect.any(String) });
    await released(release);
    expect(await world.control('violations')).toEqual([]);
  });

  it('that a terminated run has left is adopted by the next one, and brought up to date', async () => {
    const { world, open, update } = await begin({ ci: waiting });
    const release = await open();
    await release.terminate('test');
    const sha = await develop(world);
    await update();
    await expect.poll(async () => text(world, (await pulls(world))[0]!.head.sha)).toBe(sha);
    expect(await pulls(world)).toHaveLength(1);
    await servers.client().withDeadline(Date.now() + 10_000, () => servers.client().workflow.getHandle(release.workflowId).signal(abort.signal, { by: 'kim', reason: 'enough' }));
  });
});

describe('a red pipeline, on real git and HTTP', () => {
  it('is a flake when it passes the second time', async () => {
    const { world, open } = await begin({ ci: { ...red, verdict: 'flaky' }, pin: { flakyTest: { repository: product } } });
    const release = await open();
    await merged(release);
    expect((await release.query(status)).decisions).toMatchObject([{ message: 'flake' }]);
    expect((await world.journal()).filter(({ key }) => key.startsWith('rerun'))).toHaveLength(1);
    await released(release);
    const issues = await as<{ title: string; pull_request?: object }[]>(world, 'dev', 'GET', 'issues?labels=Flaky%20Test');
    expect(issues).toMatchObject([{ title: 'Flaky Test: rspec' }]);
  });

  it('waits for a broken base, and opens a new pull request against the mended one', async () => {
    const { world, open } = await begin({ ci: red });
    await world.control('ci', { repository: product, branch: 'master', verdict: 'red' });
    await world.control('commit', { repository: product, branch: 'master', files: { 'app.rb': 'broken' }, message: 'Break it', by: 'kim' });
    const release = await open();
    await expect.poll(async () => (await release.query(status)).waitingFor?.what).toMatch(/^master of gitlab-org\/gitlab to be green again/);
    await world.control('ci', { repository: product, branch: 'release/gitaly', verdict: 'green' });
    await world.control('ci', { repository: product, branch: 'master', verdict: 'green' });
    const { sha } = await world.control<{ sha: string }>('commit', { repository: product, branch: 'master', files: { 'app.rb': 'mended' }, message: 'Mend it', by: 'kim' });
    await merged(release);
    const [second, first] = await pulls(world);
    expect([first!.merged_at, second!.merged_at]).toEqual([null, expect.any(String)]);
    expect(second!.base.sha).toBe(sha);
    await released(release);
  });

  it('of a regression is told once to the team and in the pull request, and mended by a newer green commit', async () => {
    const { world, open, update } = await begin({ ci: red });
    const release = await open();
    await expect.poll(async () => (await release.query(status)).waitingFor?.what).toMatch(/^a decision on the red pipeline/);
    await expect.poll(async () => (await world.journal()).filter(({ key }) => key.startsWith('comment')).length).toBe(1);
    await world.control('ci', { repository: product, branch: 'release/gitaly', verdict: 'green' });
    const sha = await develop(world);
    await update();
    await merged(release);
    expect(await text(world, 'master')).toBe(sha);
    await released(release);
    expect(await world.control('violations')).toEqual([]);
  });

  it('is closed when a person says so, and leaves nothing behind', async () => {
    const { world, open } = await begin({ ci: red });
    const release = await open();
    await expect.poll(async () => (await release.query(status)).waitingFor?.what).toMatch(/^a decision on/);
    await release.executeUpdate(decide.update, { args: [{ choice: 'close', by: 'kim', reason: 'next week' }] });
    expect(await release.result()).toMatchObject({ kind: 'closed', by: 'kim', reason: 'next week', undone: ['the pull request on release/gitaly'], owed: [] });
    expect(await pulls(world)).toMatchObject([{ state: 'closed', merged_at: null }]);
  });
});

describe('a pipeline of which nothing is to be seen', () => {
  it('is waited for, and not taken for red', async () => {
    const { world, open } = await begin({ ci: { ...waiting, afterMs: 0, registersAfterMs: 2_000 } });
    const release = await open();
    await merged(release);
    const { chat } = await world.snapshot();
    expect(chat['g_gitaly'] ?? []).toEqual([]);
    expect(await release.query(history)).toMatchObject({ decisions: [] });
    await released(release);
  });

  it('for long is told of once, and treated as any other when it comes after all', async () => {
    const { world, open } = await begin({ ci: { ...waiting, verdict: 'flaky', afterMs: 0, registersAfterMs: 5_000 }, pace: { patience: '1s' }, pin: { requiredChecks: ['rspec'] } });
    const release = await open();
    await expect.poll(async () => (await release.query(status)).waitingFor, { timeout: 10_000 }).toMatchObject({
      what: expect.stringMatching(/^rspec, static-analysis, danger-review of #\d+ \(nothing reported within 1 s\)$/),
      whom: ['#g_gitaly'],
    });
    await expect.poll(async () => (await release.query(history)).decisions, { timeout: 15_000 }).toMatchObject([{ message: 'flake' }]);
    await merged(release);
    const { chat } = await world.snapshot();
    expect(chat['g_gitaly']).toMatchObject([{ text: expect.stringMatching(/^gitaly: waits for rspec, static-analysis, danger-review of #\d+ \(nothing reported within 1 s\): does CI run for it\?$/) }]);
    await released(release);
  });
});

describe('the mirror', () => {
  it('that lags behind is waited for, and its owners are told once', async () => {
    const { world, update, start } = await begin({ code: { owners: '#g_gitaly' }, pace: { patience: '1s' } });
    const told = async () => (await world.journal()).filter(({ key }) => key.includes('lacks')).length;
    await world.control('mirror', { lagMs: null });
    await commit(world);
    const waits = await start('updateComponent');
    await expect.poll(async () => (await waits.query(status)).waitingFor?.what).toMatch(/of gitlab-org\/gitaly on gitlab-org-security\/gitaly/);
    await expect.poll(told).toBe(1);
    await world.control('mirror', { lagMs: 0 });
    await develop(world);
    expect(await waits.result()).toMatchObject({ kind: 'handedOver' });
    expect(await update()).toMatchObject({ kind: 'handedOver' });
    expect(await told()).toBe(1);
  });

  it('of which CI builds only the head of each push holds nothing up', async () => {
    const { world, open } = await begin({ code: { owners: '#g_gitaly' } });
    const older = await develop(world);
    await world.control('ci', { repository: mirror, branch: 'master', verdict: 'green', afterMs: 600_000 });
    await world.control('mirror', { lagMs: null });
    await commit(world);
    await world.control('mirror', { lagMs: 0 });
    await commit(world);
    const release = await open();
    expect((await release.query(status)).candidate).toBe(older);
    expect((await world.journal()).filter(({ key }) => key.includes('is red'))).toEqual([]);
  });

  it('whose CI registers late is waited for, and nobody is told that it is red', async () => {
    const { world, start, open } = await begin({ code: { owners: '#g_gitaly' } });
    await world.control('ci', { repository: mirror, branch: 'master', verdict: 'green', registersAfterMs: 3_000 });
    const sha = await commit(world);
    const waits = await start('updateComponent');
    await expect.poll(async () => (await waits.query(status)).waitingFor?.what).toBe(`a first check of ${sha.slice(0, 12)} on ${mirror}`);
    expect(await waits.result()).toMatchObject({ kind: 'handedOver' });
    await open();
    expect((await world.journal()).filter(({ key }) => key.includes('is red'))).toEqual([]);
  });

  it('that is red is told of once, and nothing is written', async () => {
    const { world, update } = await begin({ code: { owners: '#g_gitaly' } });
    await world.control('ci', { repository: mirror, branch: 'master', verdict: 'red' });
    const sha = await develop(world);
    for (let tick = 0; tick < 2; tick++) expect(await update()).toMatchObject({ kind: 'noCandidate', sha });
    expect((await world.journal()).map(({ key }) => key)).toEqual([expect.stringContaining(`is red at ${sha}`)]);
  });
});

interface Given {
  readonly ci?: object;
  readonly env?: Record<string, string>;
  readonly code?: object;
  readonly pace?: object;
  readonly pin?: object;
}

async function begin({ ci, env = {}, ...changes }: Given = {}) {
  const world = await openWorld(servers.sandboxUrl());
  if (ci) await world.control('ci', ci);
  const catalog = await writeCatalog(world, changes);
  const taskQueue = world.name;
  const worker = await startWorker({ ...workerEnvironment(world, { address: servers.address(), taskQueue, catalog: catalog.file }), ...env });
  const client = servers.client();
  const { workflow } = client;
  let release: WorkflowHandle<() => Promise<ReleaseOutcome>> | undefined;
  onTestFinished(async () => {
    await release?.terminate().catch(() => undefined);
    await endEnvironments(client);
    await worker.stop();
    await catalog.remove();
    await world.close();
  });
  let ticks = 0;

  function start(type: string) {
    return workflow.start(type, { workflowId: `${type}-${taskQueue}-${ticks++}`, taskQueue, args: [{ component: 'gitaly' }] });
  }

  async function update(): Promise<unknown> {
    const outcome = (await (await start('updateComponent')).result()) as { to?: string };
    if (outcome.to) release = workflow.getHandle(outcome.to);
    return outcome;
  }

  /** Has the hourly task start the release, and waits for its pull request. */
  async function open() {
    await update();
    await expect.poll(async () => (await release!.query(status)).pullRequest).toBeDefined();
    return release!;
  }
  return { world, open, update, start };
}

/** A commit in the canonical repository, and so on the mirror, where its CI ends. */
async function develop(world: World): Promise<string> {
  const sha = await commit(world);
  await expect.poll(async () => (await checks(world, sha)).map(({ status }) => status)).toEqual(['completed', 'completed']);
  return sha;
}

async function commit(world: World): Promise<string> {
  const { sha } = await world.control<{ sha: string }>('commit', { repository: canonical, branch: 'master', files: { [`${crypto.randomUUID()}.go`]: 'x' }, message: 'Develop', by: 'dev' });
  return sha;
}

async function checks(world: World, sha: string): Promise<readonly { readonly status: string }[]> {
  return (await as<{ check_runs?: { status: string }[] }>(world, 'dev', 'GET', `commits/${sha}/check-runs`, undefined, mirror)).check_runs ?? [];
}

async function merged(release: WorkflowHandle): Promise<void> {
  await expect.poll(async () => (await release.query(status)).stays).toContainEqual(expect.stringMatching(/^#\d+ is merged$/));
}

/** What comes after the merge is tested elsewhere. */
async function released(release: WorkflowHandle): Promise<void> {
  await release.signal(abort.signal, { by: 'kim', reason: 'enough' });
  await release.result();
}

interface Pull {
  readonly number: number;
  readonly state: string;
  readonly merged_at: string | null;
  readonly body: string;
  readonly head: { readonly sha: string };
  readonly base: { readonly sha: string };
}

async function pulls(world: World): Promise<readonly Pull[]> {
  return as(world, 'dev', 'GET', 'pulls?state=all');
}

async function text(world: World, ref: string): Promise<string> {
  const { content } = await as<{ content: string }>(world, 'dev', 'GET', `contents/${versionFile}?ref=${ref}`);
  return Buffer.from(content, 'base64').toString().trim();
}

async function as<T>(world: World, login: string, method: string, path: string, body?: object, repository = product): Promise<T> {
  const response = await fetch(`${world.url}/api/v3/repos/${repository}/${path}`, {
    method,
    headers: { authorization: `Bearer person:${login}` },
    ...(body && { body: JSON.stringify(body) }),
  });
  return (await response.json()) as T;
}
