import { Octokit } from '@octokit/rest';
import { beforeEach, describe, expect, it } from 'vitest';
import { componentsWith } from '../../components.ts';
import type { Environments } from '../../../ports/temporal/environments.ts';
import { createPlanning } from '../../../activities/component/planning.ts';
import type { Planned } from '../../../activities/component/planning.ts';
import type { Sha } from '../../../domain/code/commit.ts';
import { asSha } from '../../../domain/code/commit.ts';
import { toldOutcome } from '../../../domain/outcome.ts';
import { fileCatalog } from '../../../ports/catalog/file.ts';
import { openWorld, writeCatalog } from '../../worlds.ts';
import type { World } from '../../worlds.ts';
import { forgeIn, useSandbox } from '../../ports/stand.ts';

const [owner, repo] = ['gitlab-org', 'gitaly'];
const canonical = `${owner}/${repo}`;
const mirror = 'gitlab-org-security/gitaly';

const sandbox = useSandbox();
let world: World;
let git: Octokit['rest']['git'];
/** Head of the branch as it is found, which is green. */
let head: Sha;
/** And as the test has it. */
let main: Sha;
/** The commits of the test, by name. */
let named: Map<string, Sha>;
let trees: Map<Sha, string>;

beforeEach(async () => {
  world = await openWorld(sandbox.url());
  // What runs, and what is to be seen of it, is each test's own.
  for (const repository of [mirror, canonical]) await world.control('ci', { repository, branch: 'master', verdict: 'none' });
  ({ rest: { git } } = new Octokit({ baseUrl: `${world.url}/api/v3`, auth: 'person:ann' }));
  head = asSha((await git.getRef({ owner, repo, ref: 'heads/master' })).data.object.sha);
  main = head;
  named = new Map([['head', head]]);
  trees = new Map();
  return async () => {
    const violations = await world.control('violations');
    await world.close();
    expect(violations).toEqual([]);
  };
});

interface Work {
  /** The head of the branch, unless told otherwise. */
  readonly onto?: readonly Sha[];
  /** Texts, or the SHAs of blobs. */
  readonly files?: Readonly<Record<string, string>>;
}

let made = 0;
/** In place of a text: there is no such file any more. */
const gone = '';

/** A commit on no branch. */
async function commit(name: string, { onto = [main], files = { [`internal/${name}-${made++}.go`]: name } }: Work = {}): Promise<Sha> {
  const from = trees.get(onto[0]!) ?? (await git.getCommit({ owner, repo, commit_sha: onto[0]! })).data.tree.sha;
  const entries = Object.entries(files).map(([path, text]) => ({ path, mode: '100644' as const, type: 'blob' as const, ...(/^[0-9a-f]{40}$/.test(text) ? { sha: text } : text === gone ? { sha: null } : { content: text }) }));
  const tree = entries.length === 0 ? from : (await git.createTree({ owner, repo, base_tree: from, tree: entries })).data.sha;
  const { data } = await git.createCommit({ owner, repo, message: `Change ${name}`, tree, parents: [...onto] });
  const sha = asSha(data.sha);
  named.set(name, sha);
  trees.set(sha, tree);
  return sha;
}

/** Pushes to the branch of the canonical repository, which the mirror follows. */
async function push(sha: Sha): Promise<Sha> {
  await git.updateRef({ owner, repo, ref: 'heads/master', sha });
  main = sha;
  return sha;
}

async function pushed(name: string, work?: Work): Promise<Sha> {
  return push(await commit(name, work));
}

type Shown = Readonly<Record<string, unknown>>;

/** Checks as "build success, test failure, lint in_progress". */
function checks(text: string): readonly object[] {
  return text.split(', ').filter(Boolean).map((one) => {
    const [, name, state] = /^(.*) (\w+)$/.exec(one)!;
    return ['queued', 'in_progress', 'waiting'].includes(state!) ? { name, status: state } : { name, conclusion: state };
  });
}

function run(sha: Sha, jobs: string, more: Shown = {}): Promise<{ readonly id: number }> {
  return world.control('run', { repository: mirror, sha, checks: checks(jobs), conclusion: 'success', ...more });
}

function app(sha: Sha, slug: string, jobs: string, more: Shown = {}): Promise<unknown> {
  return world.control('suite', { repository: mirror, sha, app: slug, checks: checks(jobs), ...more });
}

async function status(sha: Sha, context: string, state: 'success' | 'failure' | 'pending'): Promise<void> {
  const { rest } = new Octokit({ baseUrl: `${world.url}/api/v3`, auth: 'person:ann' });
  await rest.repos.createCommitStatus({ owner: 'gitlab-org-security', repo, sha, context, state });
}

const green = (sha: Sha) => Promise.all([run(sha, 'build success, test success'), status(sha, 'ci/pipeline', 'success')]);

/** What is decided, with the names of the test's commits. */
async function decided(source: object = {}, request: object = {}): Promise<string> {
  return told(await plan(source, request));
}

async function plan(source: object = {}, request: object = {}): Promise<Planned> {
  const catalog = await writeCatalog(world, { code: source });
  const releases = { offer: never, begun: async () => [], supersede: async () => undefined, ended: async () => [], isRunning: async () => false, status: never, running: never };
  const planning = createPlanning({ catalog: fileCatalog(catalog.file), forge: forgeIn(world), releases, environments: {} as Environments, components: componentsWith() });
  try {
    return await planning.plan({ component: 'gitaly', ...request });
  } finally {
    await catalog.remove();
  }
}

function told(planned: Planned): string {
  const text = planned.kind === 'release' || planned.kind === 'straight' ? `release ${planned.candidate}` : planned.kind === 'waiting' ? `waiting for ${planned.waitingFor}` : toldOutcome(planned);
  return [...named].reduce((line, [name, sha]) => line.replaceAll(sha, name).replaceAll(sha.slice(0, 12), name), text);
}

async function never(): Promise<never> {
  return expect.unreachable();
}

const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();

describe('green', () => {
  it('waits for a job that needs another one, and is shown late', async () => {
    const sha = await pushed('new');
    const { id } = await run(sha, 'build success', { status: 'in_progress', conclusion: undefined });
    await status(sha, 'ci/pipeline', 'success');
    expect(await decided()).toBe('release head');
    expect(await decided({}, { sha })).toBe(`waiting for the checks of new on ${mirror}`);
    await run(sha, 'build success, test failure', { run: id, conclusion: 'failure' });
    expect(await decided()).toBe('no candidate: new is not green (test)');
  });

  it('is not what is visible of a run that failed otherwise', async () => {
    const sha = await pushed('new');
    await green(sha);
    await run(sha, '', { workflow: 'broken.yml', conclusion: 'startup_failure' });
    expect(await decided()).toBe('no candidate: new is not green (broken.yml)');
  });

  it.each(['timed_out', 'action_required', 'stale', 'cancelled'])('is not a run that ended as %s, though each of its jobs passed', async (conclusion) => {
    const sha = await pushed('new');
    await green(sha);
    await run(sha, 'deploy success', { workflow: 'later.yml', conclusion });
    expect(await decided()).toBe('no candidate: new is not green (later.yml)');
  });

  it('is not a run that waits for somebody, or its turn', async () => {
    const sha = await pushed('new');
    await green(sha);
    await run(sha, '', { workflow: 'guarded.yml', status: 'waiting', conclusion: undefined, at: minutesAgo(60) });
    expect(await decided()).toBe('release head');
  });

  it('takes two jobs of one name for two', async () => {
    const sha = await pushed('new');
    await run(sha, 'test failure', { workflow: 'nightly.yml', conclusion: 'failure' });
    await green(sha);
    expect(await decided()).toBe('no candidate: new is not green (test)');
  });

  it('takes two events of one workflow for two', async () => {
    const sha = await pushed('new');
    await run(sha, 'test failure', { event: 'merge_group', conclusion: 'failure' });
    await green(sha);
    expect(await decided()).toBe('no candidate: new is not green (test)');
  });

  it('forgets a run that was cancelled before its matrix was known, once there is a newer one', async () => {
    const sha = await pushed('new');
    await run(sha, 'test (${{ matrix.version }}) cancelled', { conclusion: 'cancelled' });
    await status(sha, 'ci/pipeline', 'success');
    expect(await decided()).toBe('no candidate: new is not green (test (${{ matrix.version }}))');
    await run(sha, 'test (1) success, test (2) success');
    expect(await decided()).toBe('release new');
  });

  it('forgets such names when the run itself is started once more', async () => {
    const sha = await pushed('new');
    const { id } = await run(sha, 'test (${{ matrix.version }}) cancelled', { conclusion: 'cancelled' });
    await status(sha, 'ci/pipeline', 'success');
    await run(sha, 'test (1) success, test (2) success', { run: id, attempt: 2 });
    expect(await decided()).toBe('release new');
    await run(sha, 'test (1) success, test (2) failure', { run: id, attempt: 3, conclusion: 'failure' });
    expect(await decided()).toBe('no candidate: new is not green (test (2))');
  });

  it('waits for status contexts that another CI posts one after another', async () => {
    const sha = await pushed('new');
    await run(sha, 'build success, test success');
    expect(await decided()).toBe('release head');
    await status(sha, 'ci/pipeline', 'success');
    expect(await decided()).toBe('release new');
    const next = await pushed('next');
    await status(next, 'ci/other', 'success');
    expect(await decided()).toBe('release new');
    await status(next, 'ci/pipeline', 'failure');
    expect(await decided()).toBe('no candidate: next is not green (ci/pipeline)');
  });

  it('counts an app whose checks are under way, and one that has announced itself only for a while', async () => {
    const sha = await pushed('new');
    await green(sha);
    await app(sha, 'codecov', '', { status: 'queued' });
    expect(await decided()).toBe('release head');
    await app(sha, 'codecov', 'patch success', { status: 'in_progress' });
    expect(await decided()).toBe('release head');
    await app(sha, 'codecov', 'patch success', { conclusion: 'success' });
    expect(await decided()).toBe('release new');
  });

  it('leaves it to people to go on without an app that has never reported', async () => {
    const sha = await pushed('new');
    await green(sha);
    await app(sha, 'renovate', '', { status: 'queued', at: minutesAgo(16) });
    const planned = await plan();
    expect(told(planned)).toBe('release new');
    expect(planned).toMatchObject({ silent: ['renovate'], warning: { channel: '#g_gitaly', key: `mirror ${mirror} is not checked by renovate`, text: expect.stringContaining('code.ignoredChecks') } });
    const without = await plan({ ignoredChecks: ['renovate'] });
    for (const key of ['warning', 'silent']) expect(without).not.toHaveProperty(key);
  });

  it('is seen across pages', async () => {
    const sha = await pushed('new');
    const jobs = Array.from({ length: 230 }, (_, index) => `test (${index}) success`).join(', ');
    await run(sha, `lint failure, ${jobs}`, { conclusion: 'failure' });
    await status(sha, 'ci/pipeline', 'success');
    expect(await decided()).toBe('no candidate: new is not green (lint)');
  });
});

describe('which checks count', () => {
  it.each(['lint failure', 'lint in_progress'])('with required ones no other: %s', async (lint) => {
    const sha = await pushed('new');
    await run(sha, `build success, test success, ${lint}`, lint.endsWith('failure') ? { conclusion: 'failure' } : { status: 'in_progress', conclusion: undefined });
    await status(sha, 'flaky/context', 'pending');
    expect(await decided({ requiredChecks: ['build', 'test'] })).toBe('release new');
  });

  it('none that is ignored by its name', async () => {
    const sha = await pushed('new');
    await green(sha);
    await run(sha, 'lint failure', { workflow: 'nightly.yml', conclusion: 'failure' });
    expect(await decided()).toBe('no candidate: new is not green (lint)');
    for (const name of ['lint', 'nightly.yml', 'nightly.yml / lint']) expect(await decided({ ignoredChecks: [name] })).toBe('release new');
  });

  it('names to people what is waited for for long', async () => {
    await world.control('commit', { repository: 'gitlab-org/gitlab', branch: 'master', files: { GITALY_SERVER_VERSION: `${head}\n` }, message: 'Update' });
    const sha = await pushed('new');
    await run(sha, 'build success, test success, fuzz queued', { status: 'in_progress', conclusion: undefined, at: minutesAgo(16) });
    const planned = await plan();
    expect(told(planned)).toBe('up to date: head is the newest green commit; the checks of new have not ended');
    expect(planned).toMatchObject({ warning: { channel: '#g_gitaly', key: `mirror ${mirror} waits at ${sha}`, text: expect.stringMatching(/still waits for fuzz/) } });
    await status(sha, 'ci/pipeline', 'pending');
    expect(await plan()).not.toHaveProperty('warning');
  });
});

describe('the main line', () => {
  /** A branch of so many commits, merged by a commit whose first parent is the main line, or the branch. */
  async function merged(name: string, { commits = 1, swapped = false }: { readonly commits?: number; readonly swapped?: boolean } = {}): Promise<Sha> {
    let side = await commit(`${name}-1`, { onto: [main] });
    for (let index = 2; index <= commits; index++) side = await commit(`${name}-${index}`, { onto: [side], files: {} });
    named.set(`${name}-side`, side);
    // The main line has gone on meanwhile.
    const before = await pushed(`${name}-before`);
    return pushed(name, { onto: swapped ? [side, before] : [before, side], files: {} });
  }

  it.each([false, true])('is where the branch was: the head of a merged branch is no candidate (parents swapped: %s)', async (swapped) => {
    const sha = await merged('feature', { swapped });
    await green(named.get('feature-before')!);
    await run(sha, 'build in_progress', { status: 'in_progress', conclusion: undefined });
    await green(named.get('feature-side')!);
    expect(await decided()).toBe('release feature-before');
  });

  it.each([false, true])('and its red is no alarm (parents swapped: %s)', async (swapped) => {
    const sha = await merged('feature', { swapped });
    await green(named.get('feature-before')!);
    await run(sha, 'build in_progress', { status: 'in_progress', conclusion: undefined });
    await run(named.get('feature-side')!, 'test failure', { conclusion: 'failure' });
    expect(await decided()).toBe('release feature-before');
  });

  it('goes on below a push of several commits, one of which swaps the parents of a merge', async () => {
    const side = await commit('side');
    await pushed('before');
    await green(named.get('before')!);
    await commit('sync', { onto: [side, named.get('before')!], files: {} });
    await pushed('top', { onto: [named.get('sync')!] });
    await run(named.get('top')!, 'build in_progress', { status: 'in_progress', conclusion: undefined });
    await green(side);
    expect(await decided()).toBe('release before');
  });

  it('is followed by first parents where the branch was moved by force', async () => {
    await green(await pushed('lost'));
    const kept = await commit('kept', { onto: [head] });
    await git.updateRef({ owner, repo, ref: 'heads/master', sha: kept, force: true });
    await run(kept, 'build in_progress', { status: 'in_progress', conclusion: undefined });
    expect(await decided()).toBe('release head');
  });

  it('is searched to its depth, whatever many commits its merges bring', async () => {
    const sha = await merged('large', { commits: 80 });
    await run(sha, 'build in_progress', { status: 'in_progress', conclusion: undefined });
    await run(named.get('large-before')!, 'build in_progress', { status: 'in_progress', conclusion: undefined });
    expect(await decided({ searchDepth: 3 })).toBe('release head');
  });
});

describe('documentation only', () => {
  const docs = { docs: ['doc/', '*.md'] };

  async function pages(length: number, text = 'text'): Promise<Record<string, string>> {
    const { data } = await git.createBlob({ owner, repo, content: text });
    return Object.fromEntries(Array.from({ length }, (_, index) => [`doc/page-${index}.md`, data.sha]));
  }

  it('is not what has one more file than the forge tells of at once', async () => {
    const files = await pages(300);
    const sha = await pushed('many', { files: { ...files, 'zz/main.go': 'package main' } });
    await green(sha);
    expect(await decided(docs)).toBe('release many');
    const next = await pushed('docs', { files: await pages(300, 'more') });
    await green(next);
    expect(await decided(docs)).toBe('release many');
  });

  it('is not a commit of more files than the forge tells of at all', async () => {
    await green(await pushed('huge', { files: await pages(3_001) }));
    expect(await decided(docs)).toBe('release huge');
  });

  it('is not what moves code among it', async () => {
    const text = Array.from({ length: 40 }, (_, index) => `line ${index}`).join('\n');
    const sha = await pushed('code', { files: { 'internal/x.go': text } });
    await green(sha);
    await green(await pushed('moved', { files: { 'internal/x.go': gone, 'doc/x.go': text } }));
    expect(await decided(docs)).toBe('release moved');
  });

  it('is not a merge whose parents are swapped, and that brings code', async () => {
    await push(await commit('code', { files: { 'internal/a.go': 'a' } }));
    const side = named.get('code')!;
    await git.updateRef({ owner, repo, ref: 'heads/master', sha: head, force: true });
    main = head;
    const before = await pushed('page', { files: { 'doc/page.md': 'text' } });
    await green(await pushed('swapped', { onto: [side, before], files: { 'doc/page.md': 'text' } }));
    expect(await decided(docs)).toBe('release swapped');
  });

  it('is not a push whose newest commit alone is', async () => {
    const code = await commit('code');
    await green(await pushed('page', { onto: [code], files: { 'doc/page.md': 'text' } }));
    expect(await decided(docs)).toBe('release page');
  });

  it('is not an empty commit, by which somebody has everything tested again', async () => {
    await green(await pushed('empty', { files: {} }));
    expect(await decided(docs)).toBe('release empty');
  });

  it('is a commit of nothing else', async () => {
    await green(await pushed('page', { files: { 'doc/page.md': 'text', 'README.md': 'text' } }));
    expect(await decided(docs)).toBe('release head');
  });
});
