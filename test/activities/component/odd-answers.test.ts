import { Octokit } from '@octokit/rest';
import { beforeEach, describe, expect, it } from 'vitest';
import { createChangeLooks } from '../../../activities/changes/looks.ts';
import { createMerging } from '../../../activities/changes/merging.ts';
import { createOpening } from '../../../activities/component/opening.ts';
import { createPipelines } from '../../../activities/component/pipelines.ts';
import type { VersionChange } from '../../../activities/component/version-change.ts';
import { doubting } from '../../../activities/doubt.ts';
import { createReports } from '../../../activities/release/reports.ts';
import type { Sha } from '../../../domain/code/commit.ts';
import type { Forge } from '../../../ports/forge/forge.ts';
import type { Ports } from '../../../ports/ports.ts';
import { componentsWith } from '../../components.ts';
import type { Environments } from '../../../ports/temporal/environments.ts';
import { openWorld } from '../../worlds.ts';
import type { World } from '../../worlds.ts';
import { forgeIn, oneAttempt, useSandbox } from '../../ports/stand.ts';
import { newestChange } from './version-change.ts';

const repository = 'gitlab-org/gitlab';
const [owner, repo] = repository.split('/') as [string, string];
/** For so long an answer is doubted where it is to be believed, in ms. */
const doubtMs = 1_000;

const sandbox = useSandbox();
let world: World;
let forge: Forge;
beforeEach(async () => {
  world = await openWorld(sandbox.url());
  forge = forgeIn(world);
  return () => world.close();
});

const releases = { offer: async () => expect.unreachable('nothing is offered'), begun: async () => [], supersede: async () => undefined, ended: async () => [], isRunning: async () => false, status: async () => undefined, running: async () => [] };
const again = { type: 'Unavailable', nonRetryable: false };
const pass = () => new Promise((resolve) => setTimeout(resolve, doubtMs));
const ports = () => ({ catalog: { read: async () => expect.unreachable() }, environments: {} as Environments, forge, releases, components: componentsWith(), readLagMs: 0 });
const openPullRequest = () => createOpening(ports()).openPullRequest;
const mergePullRequest = () => createMerging(ports()).mergePullRequest;
const told = (message: string, status: number, more: object = {}) => ({ action: { kind: 'fail', status, body: { message } }, ...more });
const branchOf = () => forge.branches.find(repository, 'release/gitaly');

let activities = 0;

/** An activity, as one that is tried again and again. */
function attempting<Given, Result>(activity: (given: Given) => Promise<Result>, given: Given, doubt = 60_000): () => Promise<Result> {
  const info = { activityId: `odd ${activities++}`, startToCloseTimeoutMs: 60_000, scheduledTimestampMs: Date.now() };
  const doubted = doubting(activity, doubt);
  let attempt = 0;
  return () => oneAttempt({ ...info, attempt: (attempt += 1), currentAttemptScheduledTimestampMs: Date.now() }).run(() => doubted(given));
}

/** What its attempts come to in the end. */
async function inTheEnd<Result>(attempt: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      return await attempt();
    } catch (failure) {
      expect(failure).toMatchObject({ nonRetryable: false });
    }
  }
}

async function opened(changes: Partial<VersionChange> = {}) {
  const change = await newestChange(world, forge, changes);
  const { number, head } = await attempting(openPullRequest(), change)();
  return { change, number, head, merging: { repository, number, sha: head, head: change.head, method: 'merge' as const } };
}

describe('a merge that is answered with 405', () => {
  const route = 'PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge';

  it.each([
    'Required status check "rspec" is expected.',
    '2 of 3 required status checks are pending.',
    'Merge already in progress',
    'Base branch was modified. Review and try the merge again.',
    'Pull Request is not mergeable',
  ])('is tried again while that may pass: %s', async (message) => {
    const { merging } = await opened();
    await world.control('faults', { match: { route }, ...told(message, 405, { times: 3 }) });
    const attempt = attempting(mergePullRequest(), merging);
    for (let time = 0; time < 3; time++) await expect(attempt()).rejects.toMatchObject(again);
    expect(await attempt()).toMatchObject({ kind: 'merged' });
  });

  it('is told when it does not pass', async () => {
    const { merging } = await opened();
    await world.control('faults', { match: { route }, ...told('2 of 3 required status checks are pending.', 405, { times: 3 }) });
    const attempt = attempting(mergePullRequest(), merging, doubtMs);
    await expect(attempt()).rejects.toMatchObject(again);
    await pass();
    expect(await attempt()).toEqual({ kind: 'refused', reason: '2 of 3 required status checks are pending.' });
  });

  it('is told at once of what a person has to do, and goes on when that is done', async () => {
    const { change, number, head, merging } = await opened();
    await world.control('protection', { repository, branch: 'master', requiredReviews: 1 });
    expect(await attempting(mergePullRequest(), merging)()).toMatchObject({ kind: 'unreviewed' });
    const known = { kind: 'refused', reason: 'a rule', isBlocked: true } as const;
    const look = attempting(createPipelines({ forge }).pipeline, { change, number, head, required: [], patience: 900_000, attempt: 1, known });
    await expect.poll(() => look().catch((failure: Error) => failure.message)).toBe(`#${number} is not merged: a rule`);
    await world.control('protection', { repository, branch: 'master' });
    expect(await look()).toEqual({ kind: 'green' });
  });
});

describe('what may not be tidied up', () => {
  it('keeps no merge from having happened', async () => {
    const { merging } = await opened();
    await world.control('protection', { repository, branch: 'release/gitaly', restricts: ['deletion'] });
    const merged = await inTheEnd(attempting(mergePullRequest(), merging));
    expect(merged).toMatchObject({ kind: 'merged', branchStays: expect.stringContaining('Cannot delete this branch') });
  });

  it('is taken over by the next release: a branch that is merged', async () => {
    const { merging } = await opened();
    await world.control('protection', { repository, branch: 'release/gitaly', restricts: ['deletion'] });
    await inTheEnd(attempting(mergePullRequest(), merging));
    const next = await opened({ release: 'release/gitaly/from-the-next-pin', title: 'Update again' });
    expect(next.number).not.toBe(merging.number);
    expect(await branchOf()).toBe(next.head);
  });

  it('is taken over by the next release: a branch to which somebody has pushed, and whose pull request was closed', async () => {
    const { number } = await opened();
    await world.control('commit', { repository, branch: 'release/gitaly', files: { 'app.rb': 'theirs' }, message: 'Follow' });
    await forge.pullRequests.close(repository, number);
    const next = await opened({ release: 'release/gitaly/from-the-next-pin' });
    expect(await branchOf()).toBe(next.head);
  });

  it("is left alone where it is somebody's: a branch that no pull request of ours shows", async () => {
    await world.control('commit', { repository, branch: 'release/gitaly', files: { 'app.rb': 'theirs' }, message: 'Begin' });
    await expect(attempting(openPullRequest(), await newestChange(world, forge))()).rejects.toMatchObject({ type: 'Conflict', nonRetryable: true });
  });

  it('does not keep a pull request from being closed', async () => {
    const { change, number, head } = await opened();
    await world.control('protection', { repository, branch: 'release/gitaly', restricts: ['deletion'] });
    const { withdrawPullRequest } = createOpening(ports());
    expect(await inTheEnd(attempting(withdrawPullRequest, { ...change, followed: head, number }))).toMatchObject({ kind: 'withdrawn', unremoved: expect.stringContaining('Cannot delete') });
    expect(await forge.pullRequests.get(repository, number)).toMatchObject({ state: 'closed' });
  });
});

describe('a label that is forbidden', () => {
  const forbids = () => world.control('faults', { match: { route: 'POST /repos/{owner}/{repo}/issues/{issue_number}/labels' }, ...told('Resource not accessible by integration', 403, { times: 9 }) });

  it('keeps no pull request from being opened', async () => {
    await forbids();
    const { number } = await inTheEnd(attempting(openPullRequest(), await newestChange(world, forge, { labels: ['release'] })));
    expect(number).toBeGreaterThan(0);
  });

  it('silences no thread', async () => {
    const { number } = await opened();
    await forbids();
    const said: string[] = [];
    const chat = { reach: async () => undefined, find: async () => undefined, update: async () => undefined, post: async ({ text }: { readonly text: string }) => ({ id: String(said.push(text)), text }) };
    const { report } = createReports({ forge, chat, readLagMs: 0 } as unknown as Ports);
    const answer = await inTheEnd(attempting(report, { thread: 'release', channel: '#g_gitaly', root: '1', subject: 'Gitaly', transition: 'staging', line: 'deploying to staging', label: { repository, number, name: 'staging' } }));
    expect(answer).toMatchObject({ root: '1', unlabelled: expect.stringContaining('Resource not accessible') });
    expect(said).toContain('deploying to staging');
  });
});

it('says that what failed can’t be run again, and does not blame the token', async () => {
  await world.control('ci', { repository, branch: 'release/gitaly', verdict: 'red', failing: ['rspec'] });
  const { head } = await opened();
  await expect.poll(async () => (await forge.pipelines.runs(repository, head)).some(({ state }) => state === 'failed')).toBe(true);
  await world.control('faults', { match: { route: 'POST /repos/{owner}/{repo}/actions/runs/{run_id}/rerun-failed-jobs' }, ...told('This workflow run cannot be retried', 403, { times: 9 }) });
  const { rerunFailed } = createChangeLooks({ forge });
  expect(await attempting(rerunFailed, { repository, sha: head, attempt: 2 })()).toBe('nothing');
});

it('comes to people when a branch may not be made', async () => {
  await world.control('protection', { repository, branch: 'release/gitaly', restricts: ['creation'] });
  const attempt = attempting(openPullRequest(), await newestChange(world, forge), doubtMs);
  await expect(attempt()).rejects.toMatchObject(again);
  await pass();
  await expect(attempt()).rejects.toMatchObject({ nonRetryable: true, message: expect.stringContaining('creations being restricted') });
});

it('notices that a merge queue has swallowed a pull request', async () => {
  const { change, number, head } = await opened();
  await world.control('ci', { repository, sha: head, verdict: 'green' });
  await world.control('protection', { repository, branch: 'master', mergeQueue: true });
  await world.control('faults', { match: { key: `enqueue ${repository}#${number} ${head}` }, action: { kind: 'swallow' } });
  const { enqueuePullRequest } = createMerging(ports());
  expect(await attempting(enqueuePullRequest, { repository, number, sha: head })()).toMatchObject({ kind: 'queued' });
  const look = (since: number) => attempting(createPipelines({ forge }).pipeline, { change, number, head, required: [], patience: 60_000, attempt: 1, known: { kind: 'queued', time: 1, since } })();
  await expect(look(Date.now())).rejects.toMatchObject({ type: 'NotYet' });
  expect(await look(Date.now() - 60_000)).toMatchObject({ kind: 'ejected', isLost: true });
});

it('asks about another file that somebody has pushed, with what it would carry', async () => {
  const { change, number, head } = await opened();
  await world.control('commit', { repository, branch: 'release/gitaly', files: { 'app.rb': 'theirs' }, message: 'Follow' });
  const pushed = (await branchOf()) as Sha;
  const look = { change, number, head, required: [], patience: 900_000, attempt: 1 };
  const turn = await attempting(createPipelines({ forge }).pipeline, look)();
  expect(turn).toMatchObject({ kind: 'foreign', head: pushed, why: expect.stringContaining('app.rb'), edit: { kind: 'edited', head: pushed, candidate: change.candidate } });
  const known = { kind: 'foreign', head: pushed } as const;
  await expect(attempting(createPipelines({ forge }).pipeline, { ...look, known })()).rejects.toMatchObject({ type: 'NotYet' });
});

it.each([
  ['POST /repos/{owner}/{repo}/git/refs', 'Object does not exist'],
  ['POST /repos/{owner}/{repo}/pulls', 'Validation Failed: head invalid'],
  ['POST /repos/{owner}/{repo}/pulls', 'Validation Failed: base invalid'],
  ['GET /repos/{owner}/{repo}/git/ref/{ref}', 'No ref found for: refs/heads/release/gitaly'],
  ['POST /repos/{owner}/{repo}/git/trees', 'Object does not exist'],
])('asks again where %s says of what has just been made: %s', async (route, message) => {
  const change = await newestChange(world, forge);
  await world.control('faults', { match: { route }, ...told(message, 422) });
  const { number } = await inTheEnd(attempting(openPullRequest(), change));
  const { rest } = new Octokit({ baseUrl: `${world.url}/api/v3`, auth: 'person:ann' });
  expect((await rest.pulls.list({ owner, repo, state: 'open' })).data.map((pull) => pull.number)).toEqual([number]);
});
