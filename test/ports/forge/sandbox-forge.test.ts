import { Octokit } from '@octokit/rest';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Sha } from '../../../domain/code/commit.ts';
import type { Forge } from '../../../ports/forge/forge.ts';
import { openWorld } from '../../worlds.ts';
import type { World } from '../../worlds.ts';
import { until } from '../contract.ts';
import { describeForge } from './contract.ts';
import type { ForgeStand } from './contract.ts';
import { forgeIn, useSandbox } from '../stand.ts';
import { shaOf } from '../../shas.ts';

const repository = 'gitlab-org/gitlab';
const [owner, repo] = ['gitlab-org', 'gitlab'];

const sandbox = useSandbox();

/** Ends the world, and sees that no call of it was one that GitHub's own description does not know. */
async function close(world: World): Promise<void> {
  const violations = await world.control<readonly unknown[]>('violations');
  await world.close();
  expect(violations).toEqual([]);
}

async function open(): Promise<ForgeStand> {
  const world = await openWorld(sandbox.url());
  const { rest } = new Octokit({ baseUrl: `${world.url}/api/v3`, auth: 'person:ann' });
  const forge = forgeIn(world);

  async function finishChecks(sha: string, verdict: 'green' | 'red'): Promise<void> {
    await world.control('ci', { repository, sha, verdict });
  }

  return {
    forge,
    repository,
    base: 'master',
    prefix: 'contract',
    login: 'slipway-bot',
    workflow: { file: 'deploy.yml', inputs: (key) => ({ release_key: key, environment: 'staging', sha: shaOf('f') }) },
    async commit({ branch, path, text, message }) {
      if (!(await forge.branches.find(repository, branch))) {
        const sha = await forge.branches.find(repository, 'master');
        await rest.git.createRef({ owner, repo, ref: `refs/heads/${branch}`, sha: sha! });
      }
      await world.control('commit', { repository, branch, files: { [path]: text }, message, by: 'ann' });
      return (await forge.branches.find(repository, branch))!;
    },
    finishChecks,
    async readyToMerge(sha) {
      await finishChecks(sha, 'green');
      await until(() => forge.pipelines.checks(repository, sha), (checks) => checks.length > 0 && checks.every(({ state }) => state === 'green'));
    },
    async decideDeployments(outcome) {
      await world.control('runs', { workflow: 'deploy.yml', conclusion: outcome });
      for (const environment of ['staging', 'production']) await world.control('deployments', { environment, outcome });
    },
    writes: async () => (await world.journal()).length,
    close: () => close(world),
  };
}

describeForge('the sandbox', open);

describe('what only the sandbox plays through', () => {
  let world: World;
  let forge: Forge;
  let number: number;
  let head: Sha;

  beforeEach(async () => {
    world = await openWorld(sandbox.url());
    forge = forgeIn(world, { reviewerToken: 'reviewer-token' });
    const parent = (await forge.branches.find(repository, 'master'))!;
    head = await forge.branches.write({ repository, parent, path: 'a.txt', text: 'a', message: 'A', date: '2026-01-02T03:04:05Z' });
    await world.control('ci', { repository, sha: head, verdict: 'flaky' });
    await forge.branches.create(repository, 'change', head);
    ({ number } = await forge.pullRequests.open({ repository, head: 'change', base: 'master', title: 'A', body: '' }));
    return () => close(world);
  });

  const protect = (rules: object) => world.control('protection', { repository, branch: 'master', ...rules });

  test('failed jobs run again, and may pass', async () => {
    const [run] = await until(() => forge.pipelines.runs(repository, head), (runs) => runs[0]?.state === 'failed');
    expect(run).toMatchObject({ attempt: 1 });
    await forge.pipelines.rerunFailed(repository, run!.id);
    await until(() => forge.pipelines.runs(repository, head), ([again]) => again?.attempt === 2 && again.state === 'passed');
    await expect(forge.pipelines.rerunFailed(repository, run!.id)).rejects.toMatchObject({ nonRetryable: true });
  });

  test('a missing review is told from other refusals, and given by the second identity', async () => {
    await protect({ requiredReviews: 1 });
    expect(await forge.merging.merge(repository, number, head, 'merge')).toMatchObject({ kind: 'unreviewed' });
    expect(await forge.pullRequests.get(repository, number)).toMatchObject({ blocked: true });
    expect(await forge.reviewer!.hasApproved(repository, number, head)).toBe(false);
    await forge.reviewer!.approve(repository, number, head);
    expect(await forge.reviewer!.hasApproved(repository, number, head)).toBe(true);
    expect(await forge.pullRequests.get(repository, number)).not.toHaveProperty('blocked');
    expect(await forge.merging.merge(repository, number, head, 'merge')).toMatchObject({ kind: 'merged' });
  });

  test('reviews are told with what they say of which head, edits and members of teams when they are asked for', async () => {
    const { rest } = new Octokit({ baseUrl: `${world.url}/api/v3`, auth: 'person:ann' });
    const pull = { owner, repo, pull_number: number };
    const { data: review } = await rest.pulls.createReview({ ...pull, event: 'APPROVE', body: 'production' });
    await rest.pulls.createReview({ ...pull, body: 'Not sent yet.' });
    const [remark, ...more] = await forge.discussions.remarks(repository, number);
    expect(more).toEqual([]);
    expect(remark).toMatchObject({ by: 'ann', isPerson: true, text: 'production', review: { verdict: 'approve', sha: head } });
    expect(await forge.discussions.isEdited(remark!.id)).toBe(false);
    await rest.pulls.updateReview({ ...pull, review_id: Number(review.id), body: 'canary' });
    expect(await forge.discussions.isEdited(remark!.id)).toBe(true);

    await world.control('teams', { team: 'gitlab-org/managers', members: ['ann'] });
    expect(await forge.access.isMember('gitlab-org/managers', 'Ann')).toBe(true);
    expect(await forge.access.isMember('gitlab-org/managers', 'bob')).toBe(false);
    expect(await forge.access.members('gitlab-org/managers')).toEqual(['ann']);
    expect(await forge.access.members('gitlab-org/others')).toBeUndefined();
  });

  test('the checks that protection asks for, and another identity, are told', async () => {
    expect(await forge.access.rules(repository, 'master')).toEqual({ checks: ['rspec', 'static-analysis', 'danger-review'], reviews: 0, mergeQueue: false, signatures: false });
    await protect({ requiredChecks: [] });
    expect(await forge.access.rules(repository, 'master')).toEqual({ checks: [], reviews: 0, mergeQueue: false, signatures: false });
    await protect({ mergeQueue: true });
    expect(await forge.access.rules(repository, 'master')).toMatchObject({ mergeQueue: true });
    expect(await forge.reviewer!.login()).toBe('slipway-reviewer');
  });

  test('what waits for a review merges itself, what is mergeable is not made to', async () => {
    await protect({ requiredReviews: 1 });
    expect(await forge.merging.mergeWhenReady(repository, number, shaOf('f'), 'merge')).toBe('moved');
    expect(await forge.merging.mergeWhenReady(repository, number, head, 'merge')).toBe('waits');
    expect(await forge.pullRequests.get(repository, number)).toMatchObject({ mergesItself: true, blocked: true });
    await forge.reviewer!.approve(repository, number, head);
    await until(() => forge.pullRequests.get(repository, number), (pull) => pull?.state === 'merged');

    await protect({});
    const another = await forge.pullRequests.open({ repository, head: await branchOff('other'), base: 'master', title: 'B', body: '' });
    expect(await forge.merging.mergeWhenReady(repository, another.number, another.head, 'merge')).toBe('mergeable');
  });

  test('what waits for a review merges itself at a later head, too, unless it is kept from it', async () => {
    await protect({ requiredReviews: 1 });
    expect(await forge.merging.mergeWhenReady(repository, number, head, 'merge')).toBe('waits');
    const later = await forge.branches.write({ repository, parent: head, path: 'a.txt', text: 'b', message: 'Later', date: '2026-01-02T03:04:05Z' });
    await forge.branches.advance(repository, 'change', { from: head, to: later });
    expect(await forge.pullRequests.get(repository, number)).toMatchObject({ head: later, mergesItself: true });
    await forge.merging.keepFromMerging(repository, number);
    await forge.merging.keepFromMerging(repository, number);
    await forge.reviewer!.approve(repository, number, later);
    const pull = await forge.pullRequests.get(repository, number);
    expect(pull).toMatchObject({ state: 'open' });
    expect(pull).not.toHaveProperty('mergesItself');
  });

  test('a base that has moved on is asked for where the branch is strict, however green the checks are', async () => {
    await protect({ strict: true, requiredChecks: ['rspec'] });
    await world.control('ci', { repository, sha: head, verdict: 'green' });
    const base = await branchOff('master');
    expect(await forge.pullRequests.get(repository, number)).toMatchObject({ behind: true });
    expect(await forge.merging.merge(repository, number, head, 'merge')).toMatchObject({ kind: 'behind' });

    const baseSha = (await forge.branches.find(repository, base))!;
    const merge = { repository, parent: baseSha, merges: head, path: 'a.txt', text: 'a', message: 'Merge', date: '2026-01-02T03:04:05Z' };
    const to = await forge.branches.write(merge);
    expect(await forge.branches.write(merge)).toBe(to);
    await world.control('ci', { repository, sha: to, verdict: 'green' });
    await forge.branches.advance(repository, 'change', { from: head, to });
    expect(await forge.pullRequests.files(repository, number)).toEqual(['a.txt']);
    expect(await forge.pullRequests.get(repository, number)).not.toHaveProperty('behind');
    expect(await forge.merging.merge(repository, number, to, 'merge')).toMatchObject({ kind: 'merged' });
  });

  describe('a merge queue', () => {
    const trial = (script: object) => world.control('ci', { repository, branch: 'gh-readonly-queue/master', ...script });
    const place = () => forge.merging.queuePlace(repository, number);

    beforeEach(async () => {
      await protect({ mergeQueue: true, requiredChecks: ['rspec'] });
      await world.control('ci', { repository, sha: head, verdict: 'green' });
    });

    test('is named as the only way in, and merges what it has taken', async () => {
      expect(await forge.merging.merge(repository, number, head, 'merge')).toMatchObject({ kind: 'queueRequired', reason: expect.stringContaining('merge queue') });
      expect(await place()).toEqual({ waits: false });
      await trial({ verdict: 'green', afterMs: 5_000 });
      expect(await forge.merging.enterQueue(repository, number, head)).toBe('waits');
      expect(await forge.merging.enterQueue(repository, number, head)).toBe('waits');
      expect(await place()).toEqual({ waits: true });
      const merged = await until(() => forge.pullRequests.get(repository, number), (pull) => pull?.state === 'merged');
      expect(merged).toMatchObject({ head, mergeSha: await forge.branches.find(repository, 'master') });
      expect(await place()).toMatchObject({ waits: false, lastRemoval: { reason: 'merged' } });
    });

    test('takes no other head than the one that is meant', async () => {
      expect(await forge.merging.enterQueue(repository, number, shaOf('f'))).toBe('moved');
      await forge.pullRequests.close(repository, number);
      expect(await forge.merging.enterQueue(repository, number, head)).toBe('moved');
    });

    test('does not take what is not ready, for good', async () => {
      await world.control('ci', { repository, sha: head, verdict: 'red' });
      await expect(forge.merging.enterQueue(repository, number, head)).rejects.toMatchObject({ type: 'Refused', nonRetryable: true, message: expect.stringContaining('rspec') });
    });

    test('tells what it has thrown out, and each time anew', async () => {
      await trial({ verdict: 'red', failing: ['rspec'] });
      const thrownOut = async () => {
        expect(await forge.merging.enterQueue(repository, number, head)).toBe('waits');
        return (await until(place, ({ waits }) => !waits)).lastRemoval!;
      };
      const [first, second] = [await thrownOut(), await thrownOut()];
      expect(first).toMatchObject({ reason: 'failed_checks' });
      expect(first.id).not.toBe(second.id);
      const red = (await forge.pipelines.checks(repository, second.tried!)).filter(({ state }) => state === 'red');
      expect(red.map(({ name }) => name)).toEqual(['rspec']);
    });
  });

  async function branchOff(name: string): Promise<string> {
    await world.control('commit', { repository, branch: name, files: { [name]: name }, message: name });
    return name;
  }
});

describe('faults', () => {
  let world: World;
  let forge: Forge;

  beforeEach(async () => {
    world = await openWorld(sandbox.url());
    forge = forgeIn(world, { timeoutMs: 1_000 });
    return () => close(world);
  });

  const createRef = 'POST /repos/{owner}/{repo}/git/refs';
  const fault = (action: object) => world.control('faults', { match: { route: createRef }, action });
  const head = async () => (await forge.branches.find(repository, 'master'))!;
  const create = async () => forge.branches.create(repository, 'faulty', await head());
  const sent = async () => {
    const requests = await world.control<readonly { method: string; route: string; conditional: boolean; status: number }[]>('requests');
    return requests.filter(({ method, route }) => `${method} ${route}` === createRef || route === createRef);
  };

  test.each([
    ['a reset after it was applied', { kind: 'applyThen', reply: 'reset' }, 'applied', 'Unavailable', undefined],
    ['silence after it was applied', { kind: 'applyThen', reply: 'timeout' }, 'applied', 'Unavailable', undefined],
    ['a 502 after it was applied', { kind: 'applyThen', reply: { status: 502 } }, 'applied', 'Unavailable', undefined],
    ['a 500 before it was applied', { kind: 'fail', status: 500 }, 'not applied', 'Unavailable', undefined],
    ['a 401', { kind: 'fail', status: 401 }, 'not applied', 'PermissionDenied', 60_000],
    ['the primary limit', { kind: 'rateLimit', retryAfterSeconds: 7 }, 'not applied', 'RateLimited', expect.any(Number)],
    ['the secondary limit', { kind: 'rateLimit', retryAfterSeconds: 7, secondary: true }, 'not applied', 'RateLimited', 7_000],
    ['an answer that comes too late', { kind: 'delay', ms: 2_000 }, 'applied later', 'Unavailable', undefined],
  ] as const)('a write that meets %s is sent once and says what is known', async (_, action, outcome, type, nextRetryDelay) => {
    await fault(action);
    await expect(create()).rejects.toMatchObject({ type, nonRetryable: false, nextRetryDelay });
    // Over another connection: after a limit the first one keeps quiet.
    const found = () => forgeIn(world).branches.find(repository, 'faulty');
    if (outcome === 'applied later') await until(found, (sha) => sha !== undefined);
    else expect((await found()) !== undefined).toBe(outcome === 'applied');
    expect(await sent()).toHaveLength(1);
    const [planned] = await world.control<readonly { fired: number }[]>('faults');
    expect(planned?.fired).toBe(1);
  });

  test('a missing permission is never tried again', async () => {
    await fault({ kind: 'fail', status: 403, body: { message: 'Resource not accessible by integration' } });
    await expect(create()).rejects.toMatchObject({ type: 'PermissionDenied', nonRetryable: true, message: expect.stringContaining('contents=write') });
  });

  test('an unknown token is told, and never shown', async () => {
    const stranger = forgeIn(world, { token: 'no-such-token' });
    const failure = await stranger.branches.find(repository, 'master').catch((error: Error) => error);
    expect(failure).toMatchObject({ type: 'PermissionDenied', nonRetryable: false });
    expect(String(failure)).not.toContain('no-such-token');
  });

  test('a poll that learns nothing new costs a 304', async () => {
    const sha = await head();
    await forge.pipelines.checks(repository, sha);
    await fetch(`${world.url}/control/requests`, { method: 'DELETE' });
    await forge.pipelines.checks(repository, sha);
    const requests = await world.control<readonly { conditional: boolean; status: number }[]>('requests');
    expect(requests.map(({ conditional, status }) => ({ conditional, status }))).toEqual(Array(4).fill({ conditional: true, status: 304 }));
  });
});

test('a run that its environment keeps waiting names those who may let it go on', async () => {
  const world = await openWorld(sandbox.url());
  const forge = forgeIn(world);
  const sha = (await forge.branches.find(repository, 'master'))!;
  const shown = { repository, workflow: 'deploy.yml', event: 'workflow_dispatch', sha, checks: [] };
  const { id } = await world.control<{ id: number }>('run', { ...shown, status: 'waiting', reviewers: ['ann', 'gitlab-org/release-managers'] });
  expect(await forge.workflowRuns.get(repository, id)).toMatchObject({ state: 'running', waitsFor: ['ann', 'gitlab-org/release-managers'] });
  await world.control('run', { ...shown, run: id, status: 'in_progress' });
  expect(await forge.workflowRuns.get(repository, id)).not.toHaveProperty('waitsFor');
  await close(world);
});

test("an app's commits are signed: they name no author, and what is on their branch is found again by its content", async () => {
  const world = await openWorld(sandbox.url());
  const { branches } = forgeIn(world, { signs: true });
  const parent = (await branches.find(repository, 'master'))!;
  const commit = { repository, branch: 'release/gitaly', parent, path: 'GITALY_SERVER_VERSION', text: `${shaOf('f')}\n`, message: 'Update\n\nSlipway-Release: release/gitaly/from-1', date: '2020-01-01T00:00:00Z' };
  const sha = await branches.write(commit);
  await branches.create(repository, commit.branch, sha);
  expect(await branches.write(commit)).toBe(sha);
  const { rest } = new Octokit({ baseUrl: `${world.url}/api/v3`, auth: 'person:ann' });
  const { data } = await rest.git.getCommit({ owner, repo, commit_sha: sha });
  expect(data.author.name).not.toBe('Slipway');
  expect(data.author.date).not.toBe(commit.date);
  for (const other of [{ text: 'another' }, { message: 'another' }]) expect(await branches.write({ ...commit, ...other })).not.toBe(sha);
  await close(world);
});
