import { beforeEach, describe, expect, it } from 'vitest';
import type { Objections } from '../../../domain/people/objection.ts';
import { componentsWith } from '../../components.ts';
import type { Sha } from '../../../domain/code/commit.ts';
import type { Environments } from '../../../ports/temporal/environments.ts';
import { fileCatalog } from '../../../ports/catalog/file.ts';
import type { Ports } from '../../../ports/ports.ts';
import type { Forge } from '../../../ports/forge/forge.ts';
import { doubting } from '../../../activities/doubt.ts';
import { createPipelines } from '../../../activities/component/pipelines.ts';
import { createPlanning } from '../../../activities/component/planning.ts';
import { createMerging } from '../../../activities/changes/merging.ts';
import { createAmending } from '../../../activities/component/amending.ts';
import { createOpening } from '../../../activities/component/opening.ts';
import { createReports } from '../../../activities/release/reports.ts';
import type { VersionChange } from '../../../activities/component/version-change.ts';
import { marker } from '../../../domain/code/marker.ts';
import { openWorld, writeCatalog } from '../../worlds.ts';
import type { World } from '../../worlds.ts';
import { forgeIn, oneAttempt, useSandbox } from '../../ports/stand.ts';
import { newestChange } from './version-change.ts';

const mirror = 'gitlab-org-security/gitaly';
const repository = 'gitlab-org/gitlab';

/** For so long an answer is doubted here, in ms. */
const doubtMs = 1_000;

const sandbox = useSandbox();
let world: World;
let forge: Forge;
beforeEach(async () => {
  world = await openWorld(sandbox.url());
  forge = as('bot-token');
  return () => world.close();
});

const releases = { offer: async () => expect.unreachable('nothing is offered'), begun: async () => [], supersede: async () => undefined, ended: async () => [], isRunning: async () => false, status: async () => undefined, running: async () => [] };
const as = (token: string) => forgeIn(world, { token });

const activities = ({ readLagMs } = { readLagMs: 0 }, objections?: Partial<Objections>) => {
  const ports = { catalog: { read: async () => expect.unreachable() }, environments: {} as Environments, forge, releases, components: componentsWith(objections), readLagMs };
  return { ...createOpening(ports), ...createAmending(ports), ...createMerging(ports) };
};

/** As a fork's commit is: GitHub serves it under the mirror's name, with checks of its own, and no branch that is released has it. */
async function forked(): Promise<Sha> {
  await world.control('ci', { repository: mirror, branch: 'fork', verdict: 'green' });
  const { sha } = await world.control<{ sha: Sha }>('commit', { repository: mirror, branch: 'fork', files: { 'evil.go': 'package evil' }, message: 'Add a back door' });
  await expect.poll(async () => (await forge.pipelines.checks(mirror, sha)).every(({ state }) => state === 'green')).toBe(true);
  return sha;
}

it('refuses to release a green commit that is not on the branch of the mirror', async () => {
  const catalog = await writeCatalog(world);
  const { plan } = createPlanning({ catalog: fileCatalog(catalog.file), forge, releases, environments: {} as Environments, components: componentsWith() });
  const sha = await forked();
  await expect(plan({ component: 'gitaly', sha })).rejects.toMatchObject({ type: 'InvalidInput', message: `commit ${sha} does not exist on the mirror ${mirror}, on its branch master or a stable one` });
  await catalog.remove();
});

it('refuses to amend by one', async () => {
  const change = await newestChange(world, forge);
  const sha = await forked();
  const { amendPullRequest } = activities();
  expect(await within(() => amendPullRequest({ change, number: 1, head: change.base, sha, notBefore: [change.pinned] }))).toEqual({
    kind: 'refused',
    why: `${mirror} has no commit ${sha} on master, nor on a stable branch`,
  });
  expect(await world.journal()).toEqual([]);
});

it.each([
  ['was skipped', 'skipped', ['test']],
  ['has not reported', 'green', ['test', 'fuzz']],
])('refuses to amend by a commit whose required check %s, though all others are green', async (_, verdict, mirrorChecks) => {
  const change = { ...(await newestChange(world, forge)), mirrorChecks };
  await world.control('ci', { repository: mirror, sha: change.candidate, verdict });
  const { amendPullRequest } = activities();
  const { candidate: sha, base: head, pinned } = change;
  expect(await within(() => amendPullRequest({ change, number: 1, head, sha, notBefore: [pinned] }))).toEqual({ kind: 'refused', why: `${sha} is not green on ${mirror}` });
  expect(await world.journal()).toEqual([]);
});

it('says who closed the pull request that it was about to open', async () => {
  const change = await newestChange(world, forge);
  await world.control('commit', { repository, branch: change.head, files: { [change.file]: `${change.candidate}\n` }, message: 'Update' });
  const { number } = await forge.pullRequests.open({ repository, head: change.head, base: change.branch, title: change.title, body: marker(change.release) });
  await as('person:carol').pullRequests.close(repository, number);
  const { openPullRequest } = activities();
  expect(await within(() => openPullRequest(change))).toMatchObject({ number, closedBy: 'carol' });
});

describe('a list that lags behind', () => {
  const opening = (change: VersionChange) => `pull ${repository} ${change.head}→${change.branch}`;
  /** The list lags for two seconds; a label is refused once; what is written meanwhile takes its time, so that a second reading would see more than the first. */
  async function unlucky(change: VersionChange): Promise<void> {
    await world.control('faults', { match: { key: opening(change) }, action: { kind: 'staleReads', seconds: 2 } });
    await world.control('faults', { match: { route: 'POST /repos/{owner}/{repo}/issues/{issue_number}/labels' }, action: { kind: 'fail', status: 502 } });
    await world.control('faults', { match: { route: 'POST /repos/{owner}/{repo}/git/trees', nth: 2 }, action: { kind: 'delay', ms: 3_000 } });
  }

  it('does not make a release close the pull request that it has opened itself', async () => {
    const change = { ...(await newestChange(world, forge)), labels: ['release'] };
    await unlucky(change);
    const { openPullRequest } = activities({ readLagMs: 5_000 });
    await expect(within(() => openPullRequest(change))).rejects.toMatchObject({ type: 'Unavailable' });
    const { number, closedBy } = await within(() => openPullRequest(change), { attempt: 2 });
    expect(closedBy).toBeUndefined();
    expect(await forge.pullRequests.get(repository, number)).toMatchObject({ state: 'open', labels: ['release'] });
    expect((await world.journal()).map(({ key }) => key).filter((key) => /^(pull|close) /.test(key))).toEqual([opening(change)]);
  });

  it('does not hide from a release the pull request that it takes back', async () => {
    const change = await newestChange(world, forge);
    const { openPullRequest, withdrawPullRequest } = activities();
    await world.control('faults', { match: { key: opening(change) }, action: { kind: 'staleReads', seconds: 2 } });
    const { number, head } = await within(() => openPullRequest(change));
    const withdrawn = () => within(() => withdrawPullRequest({ ...change, number, followed: head })).catch(({ type }: { type: string }) => type);
    let answer: unknown;
    await expect.poll(async () => (answer = await withdrawn()), { timeout: 10_000 }).not.toBe('Unavailable');
    expect(answer).toEqual({ kind: 'withdrawn', number });
    expect(await forge.pullRequests.get(repository, number)).toMatchObject({ state: 'closed' });
  });
});

it('waits for a pull request that is not shown yet, instead of taking it for closed', async () => {
  const change = await newestChange(world, forge);
  await world.control('faults', { match: { key: `pull ${repository} ${change.head}→${change.branch}` }, action: { kind: 'staleReads', seconds: 60 } });
  const { openPullRequest, mergePullRequest } = activities();
  const { number, head } = await within(() => openPullRequest(change));
  const { pipeline } = createPipelines({ forge });
  await expect(pipeline({ change, number, head, required: [], patience: 900_000, attempt: 1 })).rejects.toMatchObject({ type: 'Unavailable', nonRetryable: false });
  await expect(within(() => mergePullRequest({ repository, number, sha: head, head: change.head, method: 'merge' }))).rejects.toMatchObject({ type: 'Unavailable', nonRetryable: false });
  expect((await world.journal()).map(({ key }) => key)).not.toContain(`merge ${repository}#${number}`);
});

it('takes a merge that is not shown yet for what it is, and not for a refusal', async () => {
  const change = await newestChange(world, forge);
  const { openPullRequest, mergePullRequest } = activities({ readLagMs: 5_000 });
  const { number, head } = await within(() => openPullRequest(change));
  await world.control('faults', { match: { key: `merge ${repository}#${number}` }, action: { kind: 'staleReads', seconds: 2 } });
  const merged = await forge.merging.merge(repository, number, head, 'merge');
  const again = () => mergePullRequest({ repository, number, sha: head, head: change.head, method: 'merge' });
  await expect(within(again)).rejects.toMatchObject({ type: 'Unavailable', nonRetryable: false });
  expect(await within(again, { attempt: 2 })).toEqual(merged);
});

it('finds its labels in whatever case the repository has them', async () => {
  await forge.issues.open({ repository, title: 'An earlier one', body: '', labels: ['Release', 'Workflow::Staging'] });
  const { openPullRequest } = activities();
  const { number } = await within(async () => openPullRequest({ ...(await newestChange(world, forge)), labels: ['release'] }));
  const chat = { reach: async () => undefined, find: async () => undefined, post: async ({ text }: { readonly text: string }) => ({ id: '1', text }), update: async () => undefined };
  const { report } = createReports({ forge, chat, readLagMs: 0 } as unknown as Ports);
  await within(() => report({ thread: 'release', channel: '#g_gitaly', subject: 'Gitaly', transition: 'staging', line: 'staging', label: { repository, number, name: 'staging' } }));
  expect((await forge.pullRequests.get(repository, number))?.labels).toEqual(['Release', 'Workflow::Staging']);
});

describe('a base that has moved on', () => {
  it('is brought into the pull request by a merge of ours, the same one each time, and not over a push', async () => {
    const change = await newestChange(world, forge);
    const { openPullRequest, updatePullRequest } = activities();
    const { number, head } = await within(() => openPullRequest(change));
    await world.control('commit', { repository, branch: 'master', files: { 'app.rb': 'newer' }, message: 'Develop' });
    const base = (await forge.branches.find(repository, 'master'))!;

    const updated = await within(() => updatePullRequest({ change, head, base }));
    expect(updated).toEqual({ kind: 'updated', head: await forge.branches.find(repository, change.head) });
    expect(await within(() => updatePullRequest({ change, head, base }))).toEqual(updated);
    expect(await forge.pullRequests.files(repository, number)).toEqual([change.file]);
    expect((await forge.commits.range(repository, base, change.head)).diverged).toBe(false);

    await world.control('commit', { repository, branch: change.head, files: { 'app.rb': 'theirs' }, message: 'Push' });
    expect(await within(() => updatePullRequest({ change, head, base }))).toEqual({ kind: 'moved' });
  });
});

it('enters a merge queue once, though the reply is lost, and tells each time what the queue has thrown out', async () => {
  const change = await newestChange(world, forge);
  const { openPullRequest, enqueuePullRequest } = activities();
  const { pipeline } = createPipelines({ forge });
  const { number, head } = await within(() => openPullRequest(change));
  await world.control('ci', { repository, sha: head, verdict: 'green' });
  await world.control('protection', { repository, branch: 'master', mergeQueue: true, requiredChecks: ['rspec'] });
  await world.control('ci', { repository, branch: 'gh-readonly-queue/master', verdict: 'red', failing: ['rspec'], afterMs: 3_000 });
  const enqueue = `enqueue ${repository}#${number} ${head}`;
  await world.control('faults', { match: { key: enqueue }, action: { kind: 'applyThen', reply: 'reset' } });

  expect(await within(() => enqueuePullRequest({ repository, number, sha: head }))).toEqual({ kind: 'queued' });
  expect((await world.journal()).filter(({ key }) => key === enqueue)).toHaveLength(1);
  const look = { change, number, head, required: [], patience: 900_000, attempt: 1 };
  const first = { ...look, known: { kind: 'queued', time: 1 } } as const;
  await expect(pipeline(first)).rejects.toMatchObject({ type: 'NotYet', message: `#${number} is in the merge queue` });
  await expect.poll(() => pipeline(first).catch(() => undefined), { timeout: 20_000 }).toMatchObject({ kind: 'ejected', reason: 'failed_checks', byChecks: true, failed: [{ name: 'rspec' }] });

  const again = await within(() => enqueuePullRequest({ repository, number, sha: head }));
  expect(again).toEqual({ kind: 'queued', lastRemoval: expect.any(String) });
  if (again.kind !== 'queued') return expect.unreachable();
  const second = { ...look, known: { ...again, time: 2 } };
  await expect(pipeline(second)).rejects.toMatchObject({ type: 'NotYet' });
  await world.control('commit', { repository, branch: change.head, files: { 'app.rb': 'theirs' }, message: 'Push' });
  expect(await pipeline(second)).toMatchObject({ kind: 'foreign', why: expect.stringContaining('app.rb') });
  expect(await within(() => enqueuePullRequest({ repository, number, sha: head }))).toEqual({ kind: 'moved' });
});

it('takes it out of the merge queue, once, though the reply is lost; not while the forge does not show yet that it is there', async () => {
  const { openPullRequest, enqueuePullRequest, keepFromMerging } = activities();
  const { number, head } = await within(async () => openPullRequest(await newestChange(world, forge)));
  await world.control('ci', { repository, sha: head, verdict: 'green' });
  await world.control('protection', { repository, branch: 'master', mergeQueue: true, requiredChecks: ['rspec'] });
  await world.control('ci', { repository, branch: 'gh-readonly-queue/master', verdict: 'slow', afterMs: 600_000 });
  const leave = (since = 0) => within(() => keepFromMerging({ repository, number, queued: { kind: 'queued', time: 1, since } }));
  // Entered a moment ago, by the server's clock.
  await expect(leave(Date.now() + 60_000)).rejects.toMatchObject({ type: 'Unavailable', message: `#${number} is not shown in the merge queue yet` });
  await within(() => enqueuePullRequest({ repository, number, sha: head }));
  const dequeue = `dequeue ${repository}#${number} ${head}`;
  await world.control('faults', { match: { key: dequeue }, action: { kind: 'applyThen', reply: 'reset' } });
  expect(await leave()).toBe('kept');
  expect(await leave()).toBe('kept');
  expect((await world.journal()).filter(({ key }) => key === dequeue)).toHaveLength(1);
  expect(await forge.merging.queuePlace(repository, number)).toMatchObject({ waits: false });
  await world.control('protection', { repository, branch: 'master', requiredChecks: ['rspec'] });
  await forge.merging.merge(repository, number, head, 'merge');
  expect(await leave()).toBe('over');
});

describe('a pipeline', () => {
  /** The pull request, of which nothing is to be seen but what a test shows. */
  async function opened(protection: object = {}) {
    await world.control('ci', { repository, branch: 'release/gitaly', verdict: 'none' });
    await world.control('protection', { repository, branch: 'master', ...protection });
    const change = await newestChange(world, forge);
    const { number, head } = await within(() => activities().openPullRequest(change));
    const shows = (checks: readonly object[], more: object = {}) => world.control('run', { repository, sha: head, event: 'pull_request', conclusion: 'success', checks, ...more });
    const pipeline = doubting(createPipelines({ forge }).pipeline, doubtMs);
    const looks = (asked: { readonly required?: readonly string[]; readonly ignored?: readonly string[]; readonly patience?: number } = {}) =>
      within(() => pipeline({ change, number, head, required: [], patience: 900_000, attempt: 1, ...asked }), { scheduledTimestampMs: Date.now() - 1_000, activityId: head });
    return { shows, looks };
  }

  const [green, red, running] = [{ name: 'rspec', conclusion: 'success' }, { name: 'lint', conclusion: 'failure' }, { name: 'lint', status: 'in_progress' }];

  it.each([[red, { conclusion: 'failure' }], [running, { status: 'in_progress', conclusion: undefined }]])('is green by its required checks alone, whatever another says', async (other, run) => {
    const { shows, looks } = await opened();
    await shows([green, other], run);
    expect(await looks({ required: ['rspec'] })).toEqual({ kind: 'green' });
    expect(await looks({ ignored: ['lint'], required: ['rspec'] })).toEqual({ kind: 'green' });
  });

  it.each(['requiredChecks', 'rulesetChecks'])('waits for the checks that only the branch requires (%s)', async (rule) => {
    const { shows, looks } = await opened({ [rule]: ['audit'] });
    await shows([green]);
    for (const required of [[], ['rspec']]) await expect(looks({ required })).rejects.toMatchObject({ type: 'NotYet', message: 'still waiting for audit' });
    await shows([{ name: 'audit', conclusion: 'failure' }], { workflow: 'audit.yml', conclusion: 'failure' });
    for (const required of [[], ['rspec']]) expect(await looks({ required })).toMatchObject({ kind: 'red', failed: [{ name: 'audit', of: 'audit.yml' }] });
  });

  it('is not green before a job that needs another one has been shown', async () => {
    const { shows, looks } = await opened();
    await shows([green], { status: 'in_progress', conclusion: undefined });
    await expect(looks()).rejects.toMatchObject({ type: 'NotYet' });
  });

  it.each([
    ['commits/{ref}/check-runs', 404],
    ['commits/{ref}/check-runs', 403],
    ['commits/{ref}/check-suites', 404],
    ['actions/runs', 403],
    ['rules/branches/{branch}', 404],
    ['pulls/{pull_number}', 404],
    ['commits/{ref}/check-runs', 422],
  ])('is looked at again when the forge says once of its %s that it is missing or forbidden (%i), and for minutes', async (path, status) => {
    const { shows, looks } = await opened({ requiredChecks: ['rspec'] });
    await shows([green]);
    const match = { route: `GET /repos/{owner}/{repo}/${path}` };
    const odd = (times: number) => world.control('faults', { match, times, action: { kind: 'fail', status } });
    await odd(1);
    await expect(looks()).rejects.toMatchObject({ type: 'Unavailable', nonRetryable: false });
    expect(await looks()).toEqual({ kind: 'green' });
    await odd(2);
    await expect(looks()).rejects.toMatchObject({ type: 'Unavailable', nonRetryable: false });
    await new Promise((resolve) => setTimeout(resolve, doubtMs));
    await expect(looks()).rejects.toMatchObject({ nonRetryable: true });
  });

  it('is not overtaken because the forge does not show the version file once', async () => {
    const { shows, looks } = await opened({ requiredChecks: ['rspec'] });
    await shows([green]);
    await world.control('faults', { match: { route: 'GET /repos/{owner}/{repo}/contents/{path}' }, action: { kind: 'fail', status: 404 } });
    await expect(looks()).rejects.toMatchObject({ type: 'Unavailable', message: 'GITALY_SERVER_VERSION on master of gitlab-org/gitlab is not shown any more' });
    expect(await looks()).toEqual({ kind: 'green' });
  });

  it('names what it has waited for for long', async () => {
    const { shows, looks } = await opened();
    await shows([green, running], { status: 'in_progress', conclusion: undefined, at: new Date(Date.now() - 60_000).toISOString() });
    expect(await looks({ patience: 500 })).toEqual({ kind: 'unreported', missing: [], running: ['lint'] });
  });
});

function within<T>(activity: () => Promise<T>, info: { readonly attempt?: number; readonly scheduledTimestampMs?: number; readonly activityId?: string } = {}): Promise<T> {
  return oneAttempt({ startToCloseTimeoutMs: 60_000, attempt: 1, currentAttemptScheduledTimestampMs: Date.now(), ...info }).run(activity);
}
