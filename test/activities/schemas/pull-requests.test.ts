import { beforeEach, describe, expect, it } from 'vitest';
import type { Sha } from '../../../domain/code/commit.ts';
import { fileCatalog } from '../../../ports/catalog/file.ts';
import type { Forge } from '../../../ports/forge/forge.ts';
import { createSchemaBuilds } from '../../../activities/schemas/builds.ts';
import type { BuildQuestion } from '../../../activities/schemas/builds.ts';
import { createSchemaPlanning } from '../../../activities/schemas/planning.ts';
import { createSchemaPullRequests } from '../../../activities/schemas/pull-requests.ts';
import type { DepsAmendment, DepsChange, OpenedDeps, SchemaPullRequest } from '../../../activities/schemas/pull-requests.ts';
import type { RunningReleases } from '../../../ports/temporal/running-releases.ts';
import { openWorld, writeCatalog } from '../../worlds.ts';
import type { World } from '../../worlds.ts';
import { forgeIn, oneAttempt, useSandbox } from '../../ports/stand.ts';

const repository = 'sourcegraph/sourcegraph';
const branch = 'schemas/v5.3.4444';
const file = 'tools/release/schema_deps.bzl';

const sandbox = useSandbox({ gcs: true });
let world: World;
let forge: Forge;
let pulls: ReturnType<typeof createSchemaPullRequests>;
let change: DepsChange;

beforeEach(async () => {
  world = await openWorld(sandbox.url(), { scenario: 'sourcegraph' });
  const catalog = await writeCatalog(world);
  forge = as('bot-token');
  pulls = createSchemaPullRequests({ releases, forge, readLagMs: 0 });
  const { planSchemas } = createSchemaPlanning({ catalog: fileCatalog(catalog.file), forge, releases: {} as RunningReleases });
  const plan = await planSchemas({ component: 'migrator', version: 'v5.3.4444', action: 'inject-current-schemas' });
  change = { plan, key: `${plan.id} of today`, archive: archiveOf('a') };
  return async () => {
    await catalog.remove();
    await world.close();
  };
});

const releases = {} as RunningReleases;
const as = (token: string) => forgeIn(world, { token });

/** What the forge shows for a minute after this write is what was there before it. */
const hidden = (key: string) => world.control('faults', { match: { key }, action: { kind: 'staleReads', seconds: 60 } });

it('waits for a pull request that is not shown yet, instead of taking it for closed', async () => {
  await hidden(`pull ${repository} ${branch}→main`);
  const { number, head } = await open();
  await expect(build({ number, head })).rejects.toMatchObject({ type: 'Unavailable', message: `#${number} is not shown yet` });
});

it('waits for its own commit that is not shown yet, instead of taking the one before for a push', async () => {
  const { number, head } = await open();
  const next = await forge.branches.write({ repository, parent: head, path: 'README.md', text: '', message: 'Go on', date: change.plan.date });
  await forge.branches.create(repository, 'another', next);
  await hidden(`pull ${repository} another→main`);
  await forge.pullRequests.open({ repository, head: 'another', base: 'main', title: 'Another', body: '' });
  await forge.branches.advance(repository, branch, { from: head, to: next });
  await expect(build({ number, head: next })).rejects.toMatchObject({ type: 'NotYet', message: `#${number} is shown at ${head}, before ${next}` });
});

it('does not close the pull request that it has opened itself, while that is not listed yet', async () => {
  await world.control('faults', { match: { key: `pull ${repository} ${branch}→main` }, action: { kind: 'staleReads', seconds: 2 } });
  await world.control('faults', { match: { route: 'POST /repos/{owner}/{repo}/issues/{issue_number}/labels' }, action: { kind: 'fail', status: 502 } });
  await world.control('faults', { match: { route: 'POST /repos/{owner}/{repo}/git/trees', nth: 2 }, action: { kind: 'delay', ms: 3_000 } });
  const patient = createSchemaPullRequests({ releases, forge, readLagMs: 5_000 });
  change = { ...change, plan: { ...change.plan, rules: { ...change.plan.rules, labels: ['schemas'] } } };
  await expect(within(() => patient.openSchemaPullRequest(change))).rejects.toMatchObject({ type: 'Unavailable' });
  const { number } = (await within(() => patient.openSchemaPullRequest(change), { attempt: 2 })) as OpenedDeps;
  expect((await forge.pullRequests.list(repository, branch, 'main')).map(({ number, state }) => [number, state])).toEqual([[number, 'open']]);
});

it('moves its branch on, although that is not shown yet', async () => {
  const pull = await open();
  await hidden(`ref ${repository} refs/heads/${branch}`);
  const { head } = await amend(pull, { archive: archiveOf('b') });
  expect((await forge.commits.range(repository, pull.head, head)).total).toBe(1);
});

it('states in its pull request what its tarball is, also when that is another one', async () => {
  const pull = await open();
  await amend(pull, { archive: { ...archiveOf('b'), entries: 99 } });
  const { body } = (await forge.pullRequests.get(repository, pull.number))!;
  expect(body).toContain(`99 files`);
  expect(body).toContain(`Its sha256 is \`${'b'.repeat(64)}\``);
  expect(body).not.toContain('a'.repeat(64));
  expect(await open({ ...change, archive: archiveOf('b') })).toMatchObject({ number: pull.number });
});

it('replaces what a run of its own that was terminated has left', async () => {
  await open();
  await world.control('commit', { repository, branch: 'main', files: { 'main.go': 'package main' }, message: 'Develop' });
  const again = { ...change, key: `${change.plan.id} of tomorrow`, plan: { ...change.plan, candidate: (await forge.branches.find(repository, 'main'))! } };
  const { number, head } = await open(again);
  expect(await open(again)).toMatchObject({ number, head });
  expect((await forge.pullRequests.list(repository, branch, 'main')).map(({ state }) => state)).toEqual(['open', 'closed']);
  expect(await forge.branches.find(repository, branch)).toBe(head);
});

it('leaves what somebody else has put onto the branch of an ended run to be found in its pull request', async () => {
  const left = await open();
  await world.control('commit', { repository, branch, files: { 'main.go': 'package main' }, message: 'Push' });
  const pushed = await forge.branches.find(repository, branch);
  const pull = await open({ ...change, key: `${change.plan.id} of tomorrow` });
  expect(pull.number).not.toBe(left.number);
  expect(await forge.pullRequests.get(repository, left.number)).toMatchObject({ state: 'closed', head: pushed });
  expect(await forge.branches.find(repository, branch)).toBe(pull.head);
});

it('does not take a branch that nothing of its own shows', async () => {
  await within(async () => forge.branches.create(repository, branch, (await forge.branches.find(repository, 'main'))!));
  await world.control('commit', { repository, branch, files: { 'main.go': 'package main' }, message: 'Work' });
  await expect(open()).rejects.toMatchObject({ type: 'Conflict', nonRetryable: true });
});

it.each(['list', 'merge'])('does not take a pull request for withdrawn that is merged, while the %s is not shown yet', async (lagging) => {
  const { number, head } = await open();
  if (lagging === 'merge') await world.control('faults', { match: { key: `merge ${repository}#${number}` }, action: { kind: 'staleReads', seconds: 2 } });
  const { pullRequests } = forge;
  const listed = await pullRequests.list(repository, branch, 'main');
  await forge.merging.merge(repository, number, head, 'merge');
  const stale = { ...forge, pullRequests: { ...pullRequests, list: async () => listed } };
  const { withdrawSchemaPullRequest } = createSchemaPullRequests({ releases, forge: lagging === 'list' ? stale : forge, readLagMs: 0 });
  await expect.poll(() => within(() => withdrawSchemaPullRequest(change)).catch(({ type }) => type), { timeout: 10_000 }).toEqual({ kind: 'merged', number });
});

it('tells a push from what is not shown yet', async () => {
  const { number, head } = await open();
  await world.control('commit', { repository, branch, files: { 'main.go': 'package main' }, message: 'Push' });
  expect(await build({ number, head })).toEqual({ kind: 'moved' });
});

describe('the release build', () => {
  const workflow = { workflow: 'release.yml', inputs: { VERSION: '{version}', release_key: '{key}' } };
  const begin = (sha: OpenedDeps['head']) => within(() => createSchemaBuilds({ forge, readLagMs: 0 }).startReleaseBuild({ plan: { ...change.plan, rules: { ...change.plan.rules, build: workflow } }, sha })) as Promise<{ id: number; url: string }>;
  const look = (pull: OpenedDeps, run: { id: number; url: string }) => within(() => createSchemaBuilds({ forge }).releaseBuild({ repository, number: pull.number, sha: pull.head, required: ['bazel', 'migrator-image'], base: 'main', run }));
  const ends = (conclusion: 'success' | 'failure' | 'cancelled' | 'never', more = {}) => world.control('runs', { workflow: 'release.yml', conclusion, ...more });
  const dispatched = async () => (await world.journal()).map(({ key }) => key).filter((key) => key.startsWith('dispatch '));

  it('is dispatched once a head with the version, on the branch of the pull request, and found again when the reply is lost', async () => {
    await ends('never');
    const pull = await open();
    const key = `${change.plan.id} ${pull.head.slice(0, 12)}`;
    await world.control('faults', { match: { key: `dispatch ${repository} release.yml ${key}` }, action: { kind: 'applyThen', reply: 'reset' }, times: 1 });
    const run = await begin(pull.head);
    expect(await begin(pull.head)).toEqual(run);
    expect(await dispatched()).toEqual([`dispatch ${repository} release.yml ${key}`]);
    const [there] = await runsOf('release.yml');
    expect(there).toMatchObject({ id: run.id, html_url: run.url, event: 'workflow_dispatch', head_branch: branch, head_sha: pull.head, display_title: key });
    const next = await amend(pull, { archive: archiveOf('b') });
    expect(await begin(next.head)).not.toEqual(run);
    expect((await dispatched()).length).toBe(2);
  });

  it.each([
    ['success', { kind: 'green' }],
    ['failure', { kind: 'red' }],
    ['cancelled', { kind: 'red' }],
  ] as const)('is waited for though every check is green, and its %s counts', async (conclusion, answer) => {
    const pull = await open();
    await expect.poll(() => build(pull).catch(({ type }) => type), { timeout: 20_000 }).toEqual({ kind: 'green' });
    await ends(conclusion, { afterMs: 2_000 });
    const run = await begin(pull.head);
    await expect(look(pull, run)).rejects.toMatchObject({ type: 'NotYet', message: `the build of ${pull.head} waits for ${run.url}` });
    const failed = answer.kind === 'red' ? { failed: [{ name: 'the release build', url: run.url }] } : {};
    await expect.poll(() => look(pull, run).catch(({ type }) => type), { timeout: 20_000 }).toEqual({ ...answer, ...failed });
  });

  it('is called off where it was started twice, and where nobody wants it any more', async () => {
    await ends('never');
    const pull = await open();
    const run = await begin(pull.head);
    await forge.workflowRuns.dispatch(repository, 'release.yml', branch, { VERSION: 'v5.3.4444', release_key: `${change.plan.id} ${pull.head.slice(0, 12)}` });
    await expect.poll(() => runsOf('release.yml')).toHaveLength(2);
    const double = ((await runsOf('release.yml')) as { id: number; html_url: string }[]).find(({ id }) => id !== run.id)!;
    const callOff = (but?: number) => within(() => createSchemaBuilds({ forge }).callOffReleaseBuilds({ plan: { ...change.plan, rules: { ...change.plan.rules, build: workflow } }, sha: pull.head, ...(but !== undefined && { but }) }));
    expect(await callOff(run.id)).toEqual([double.html_url]);
    expect(await forge.workflowRuns.get(repository, run.id)).toMatchObject({ state: 'running' });
    expect([await callOff(), await callOff()]).toEqual([[run.url], []]);
  });

  it('counts, though somebody merges the pull request before it has ended', async () => {
    await world.control('protection', { repository, branch: 'main', requiredChecks: [] });
    await world.control('ci', { repository, branch, verdict: 'slow', afterMs: 600_000 });
    const pull = await open();
    expect(await as('person:dana').merging.merge(repository, pull.number, pull.head, 'merge')).toMatchObject({ kind: 'merged' });
    await expect(within(() => build(pull))).rejects.toMatchObject({ type: 'NotYet' });
    await world.control('ci', { repository, sha: pull.head, verdict: 'red' });
    await expect.poll(() => within(() => build(pull)).catch(({ type }) => type), { timeout: 20_000 }).toMatchObject({ kind: 'red' });
    // After its build, whoever merges it has done what was waited for.
    expect(await within(() => build(pull, { known: { kind: 'unreviewed' } }))).toEqual({ kind: 'green' });
  });

  it('that the repository does not know fails by name', async () => {
    const pull = await open();
    const plan = { ...change.plan, rules: { ...change.plan.rules, build: { ...workflow, workflow: 'relaese.yml' } } };
    await expect(within(() => createSchemaBuilds({ forge }).startReleaseBuild({ plan, sha: pull.head }))).rejects.toMatchObject({ nonRetryable: true });
  });
});

async function runsOf(workflow: string): Promise<readonly object[]> {
  const answer = await fetch(`${world.url}/api/v3/repos/${repository}/actions/workflows/${workflow}/runs`, { headers: { authorization: 'Bearer bot-token' } });
  return ((await answer.json()) as { workflow_runs: object[] }).workflow_runs;
}

describe('what can be known of the merge', () => {
  const outlook = (pull: OpenedDeps, method: 'merge' | 'rebase' = 'merge') => createSchemaBuilds({ forge }).mergeOutlook({ repository, number: pull.number, sha: pull.head, base: 'main', method, file });

  it('is that a review is missing, also before a queue, or that nothing stands in the way', async () => {
    const pull = await open();
    await expect.poll(() => build(pull).catch(({ type }) => type), { timeout: 20_000 }).toEqual({ kind: 'green' });
    expect(await outlook(pull)).toEqual({ kind: 'clear' });
    await world.control('protection', { repository, branch: 'main', requiredChecks: ['bazel'], requiredReviews: 1 });
    expect(await outlook(pull)).toEqual({ kind: 'hindered', why: 'the protection of main keeps it from being merged: a check or a review is missing' });
    await expect(createSchemaBuilds({ forge }).mergeOutlook({ repository, number: pull.number, sha: pull.head, base: 'main', method: 'merge', file, waits: true })).rejects.toMatchObject({ type: 'NotYet' });
    await world.control('protection', { repository, branch: 'main', requiredChecks: ['bazel', 'a check that nobody runs'] });
    expect(await outlook(pull)).toMatchObject({ kind: 'hindered', why: expect.stringContaining('the protection of main keeps it from being merged') });
    await world.control('protection', { repository, branch: 'main', requiredChecks: ['bazel'], mergeQueue: true });
    expect(await outlook(pull)).toEqual({ kind: 'clear' });
    await world.control('protection', { repository, branch: 'main', requiredChecks: ['bazel'], requiredReviews: 1, mergeQueue: true });
    expect(await outlook(pull)).toMatchObject({ kind: 'hindered', why: expect.stringContaining('a check or a review is missing') });
  });

  it('is that it must contain its base first, where that conflicts or is strict, whether or not a review is missing', async () => {
    const pull = await open();
    await expect.poll(() => build(pull).catch(({ type }) => type), { timeout: 20_000 }).toEqual({ kind: 'green' });
    const moveOn = async (files: Record<string, string>) => {
      await world.control('commit', { repository, branch: 'main', files, message: 'Develop' });
      return { kind: 'outdated', base: await forge.branches.find(repository, 'main') };
    };
    await world.control('protection', { repository, branch: 'main', requiredChecks: ['bazel'], strict: true });
    const behind = await moveOn({ 'main.go': 'package main' });
    await expect.poll(() => outlook(pull).catch(({ type }) => type), { timeout: 20_000 }).toEqual(behind);
    await world.control('protection', { repository, branch: 'main', requiredChecks: ['bazel'], requiredReviews: 1 });
    const conflicting = await moveOn({ [file]: (await forge.commits.read(repository, file, 'main'))!.replace('v5.2.1093', 'v5.3.3333') });
    await expect.poll(() => outlook(pull).catch(({ type }) => type), { timeout: 20_000 }).toEqual(conflicting);
  });

  it('is that it was closed, or pushed to', async () => {
    const pull = await open();
    await world.control('commit', { repository, branch, files: { 'main.go': 'package main' }, message: 'Push' });
    expect(await outlook(pull)).toEqual({ kind: 'moved' });
    await forge.pullRequests.close(repository, pull.number);
    expect(await outlook(pull)).toMatchObject({ kind: 'closed' });
  });
});

describe('a base that has moved on', () => {
  it('or rather back is brought in, too: what it has dropped is not merged again', async () => {
    const base = (await forge.branches.find(repository, 'main'))!;
    const { sha: candidate } = await world.control<{ sha: Sha }>('commit', { repository, branch: 'main', files: { 'main.go': 'package main' }, message: 'Work that is dropped' });
    change = { ...change, plan: { ...change.plan, candidate } };
    const pull = await open();
    await expect.poll(() => build(pull).catch(({ type }) => type), { timeout: 20_000 }).toEqual({ kind: 'green' });
    const asked = { repository, base: 'main', method: 'merge', file } as const;
    const outlook = ({ number, head: sha }: OpenedDeps) => createSchemaBuilds({ forge }).mergeOutlook({ ...asked, number, sha });
    expect(await outlook(pull)).toEqual({ kind: 'clear' });

    await fetch(`${world.url}/api/v3/repos/${repository}/git/refs/heads/main`, { method: 'PATCH', headers: { authorization: 'Bearer person:dana', 'content-type': 'application/json' }, body: JSON.stringify({ sha: base, force: true }) });
    await expect.poll(() => outlook(pull).catch(({ type }) => type), { timeout: 20_000 }).toEqual({ kind: 'outdated', base });
    const next = await amend(pull, { base });
    expect(await forge.commits.read(repository, 'main.go', next.head)).toBeUndefined();
    await expect.poll(() => outlook(next).catch(({ type }) => type), { timeout: 20_000 }).toEqual({ kind: 'clear' });
  });

  it('is brought into the pull request when it conflicts, and keeps what else it has gained', async () => {
    const pull = await open();
    const theirs = (await forge.commits.read(repository, file, 'main'))!.replace('v5.2.1093', 'v5.3.3333').replace('# Rewritten', '# Now and then rewritten');
    await world.control('commit', { repository, branch: 'main', files: { [file]: theirs, 'main.go': 'package main' }, message: 'Release v5.3.3333' });
    const base = (await forge.branches.find(repository, 'main'))!;
    expect(await build(pull)).toEqual({ kind: 'outdated', base });

    const { head } = await amend(pull, { base });
    expect(await amend(pull, { base })).toMatchObject({ head });
    expect(await forge.commits.read(repository, file, head)).toBe(theirs.replace('v5.3.3333', 'v5.3.4444').replace(/sha256 = "5e1c[^"]*/, `sha256 = "${'a'.repeat(64)}`));
    expect(await forge.pullRequests.files(repository, pull.number)).toEqual([file]);
    expect(await forge.merging.merge(repository, pull.number, pull.head, 'merge')).toMatchObject({ kind: 'moved' });
    await expect.poll(() => build({ ...pull, head }).catch(({ type }) => type), { timeout: 20_000 }).toEqual({ kind: 'green' });
    expect(await forge.merging.merge(repository, pull.number, head, 'merge')).toMatchObject({ kind: 'merged' });
  });

  it('asks for a head that contains it where it is strict, or a merge was refused for it', async () => {
    const pull = await open();
    await world.control('commit', { repository, branch: 'main', files: { 'main.go': 'package main' }, message: 'Develop' });
    const base = (await forge.branches.find(repository, 'main'))!;
    const answered = (asked: Pick<BuildQuestion, 'known'> = {}) => expect.poll(() => build(pull, asked).catch(({ type }) => type), { timeout: 20_000 });
    await answered().toEqual({ kind: 'green' });
    await answered({ known: { kind: 'behind' } }).toEqual({ kind: 'outdated', base });
    await world.control('protection', { repository, branch: 'main', requiredChecks: ['bazel'], strict: true });
    await answered().toEqual({ kind: 'outdated', base });
  });
});

async function open(work = change): Promise<OpenedDeps> {
  return opened(await within(() => pulls.openSchemaPullRequest(work)));
}

function opened(answer: SchemaPullRequest): OpenedDeps {
  if (answer.kind !== 'opened') throw new Error(JSON.stringify(answer));
  return answer;
}

async function amend(pull: OpenedDeps, what: Partial<DepsAmendment>): Promise<OpenedDeps> {
  return opened(await within(() => pulls.amendSchemaPullRequest({ ...change, pull, ...what })));
}

function build({ number, head: sha }: Pick<OpenedDeps, 'number' | 'head'>, { known }: Pick<BuildQuestion, 'known'> = {}) {
  return createSchemaBuilds({ forge }).releaseBuild({ repository, number, sha, required: [], base: 'main', ...(known && { known }) });
}

function archiveOf(digit: string): DepsChange['archive'] {
  return { sha256: digit.repeat(64), entries: 3, stock: { kind: 'ready', files: 3, size: 300, versions: ['v5.2.0'], digest: digit } };
}

function within<T>(activity: () => Promise<T>, { attempt = 1 } = {}): Promise<T> {
  return oneAttempt({ startToCloseTimeoutMs: 60_000, attempt, currentAttemptScheduledTimestampMs: Date.now() }).run(activity);
}
