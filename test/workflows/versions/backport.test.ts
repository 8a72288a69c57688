import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createVersions } from '../../../activities/versions/index.ts';
import type { Sha } from '../../../domain/code/commit.ts';
import type { Outcome } from '../../../domain/outcome.ts';
import type { ReleaseStatus } from '../../../domain/release/status.ts';
import type { BackportRequest } from '../../../domain/versions/request.ts';
import { decide } from '../../../workflows/people/messages.ts';
import { status } from '../../../workflows/release/messages.ts';
import { versionStand } from '../../activities/versions/stand.ts';
import type { VersionStand } from '../../activities/versions/stand.ts';
import { workflowBundle } from '../../servers.ts';
import { attend, refusingOnce } from '../refusing.ts';
import { useTimeSkipping } from '../time-skipping.ts';

const label = 'Pick into stable';
const id = 'backport/gitaly/queue';

const server = useTimeSkipping();
let queues = 0;

let stand: VersionStand;
let c: Sha;

/** 12.9.0 is on 12-9-stable, made of C; production runs it, and a newer line exists. */
beforeEach(() => {
  stand = versionStand({ versions: `{ production: { environment: production }, backports: { label: ${label} } }` });
  const { gitaly } = stand;
  c = gitaly.commit('C', { c: '1\n', shared: 'one\n' });
  git('checkout', '--quiet', '-b', '12-9-stable');
  const released = gitaly.commit('Update version and changelog to 12.9.0', { VERSION: '12.9.0\n' });
  git('checkout', '--quiet', 'master');
  git('merge', '--quiet', '--no-ff', '-m', 'Merge v12.9.0 back', '12-9-stable');
  gitaly.commit('D', { d: '1\n' });
  git('branch', '12-10-stable');
  stand.runs(released);
});

const git = (...args: readonly string[]) => stand.gitaly.git(...args);
const log = (range: string) => git('log', '--reverse', '--format=%s', range).split('\n').filter(Boolean);
const message = (revision: string) => git('log', '-1', '--format=%B', revision).trim();

/** @param landed the commits that it has brought, besides the last */
function merged(number: number, mergeSha: Sha, landed: readonly Sha[] = []): void {
  stand.merged.push({ number, url: `https://forge/gitlab-org/gitaly/pull/${number}`, title: `Change ${number}`, body: [mergeSha, ...landed].join(' '), branch: `topic-${number}`, author: 'bo', mergeSha, mergedAt: '2020-03-01T00:00:00Z', labels: [label] });
}

function squashed(number: number, files: Readonly<Record<string, string>>): Sha {
  const sha = stand.gitaly.commit(`Change ${number} (#${number})\n\nChangelog: fixed`, files);
  merged(number, sha);
  return sha;
}

interface Started {
  readonly run: WorkflowHandle;
  readonly lines: string[];
  readonly announced: string[];
}

async function start(request: Partial<BackportRequest> = {}, workflowId = id, wrap: (activities: object) => object = (same) => same): Promise<Started> {
  const lines: string[] = [];
  const announced: string[] = [];
  const taskQueue = `backports-${queues++}`;
  const worker = await Worker.create({
    connection: server().nativeConnection,
    taskQueue,
    workflowBundle,
    activities: wrap({
      ...createVersions(stand.ports),
      report: async ({ line }: { readonly line: string }) => void lines.push(line),
      announce: async ({ text }: { readonly text: string }) => void announced.push(text),
      keepRecord: async () => undefined,
    }),
  });
  const running = worker.run();
  const run = await server().client.workflow.start('backport', { taskQueue, workflowId, args: [{ component: 'gitaly', ...request }] });
  onTestFinished(async () => {
    await run.terminate().catch(() => undefined);
    worker.shutdown();
    await running;
  });
  return { run, lines, announced };
}

const result = async ({ run }: Started) => (await run.result()) as Outcome;

async function waitingFor({ run }: Started, what: RegExp): Promise<ReleaseStatus> {
  return expect.poll(async () => ((await run.query(status)).waitingFor?.what ?? ''), { timeout: 40_000 }).toMatch(what).then(() => run.query(status));
}

describe('what carries the label', () => {
  it('is picked onto the stable branch that production runs, not the newest, in the order of the merges, with -x and its trailers', async () => {
    const first = squashed(7, { seven: '1\n' });
    const second = squashed(5, { seven: '2\n' });
    const started = await start();
    expect(await result(started)).toMatchObject({ kind: 'backported', done: [expect.stringMatching(/^#7 on 12-9-stable as [0-9a-f]{12}$/), expect.stringMatching(/^#5 /)] });
    expect(log('12-9-stable')).toEqual(['C', 'Update version and changelog to 12.9.0', 'Change 7 (#7)', 'Change 5 (#5)']);
    expect(message('12-9-stable')).toBe(`Change 5 (#5)\n\nChangelog: fixed\n(cherry picked from commit ${second})`);
    expect(message('12-9-stable^')).toContain(`(cherry picked from commit ${first})`);
    expect(log('12-10-stable')).not.toContain('Change 7 (#7)');
    expect(stand.merged.map(({ labels }) => labels)).toEqual([[], []]);
    expect(stand.comments).toEqual([expect.stringMatching(/^#7 On `12-9-stable` as [0-9a-f]{12}\./), expect.stringMatching(/^#5 /)]);
    expect(started.lines).toHaveLength(3);
  });

  it('is picked though all that is asked is refused once, also the look for what comes next', async () => {
    squashed(7, { seven: '1\n' });
    squashed(5, { seven: '2\n' });
    let refused: readonly string[] = [];
    const started = await start({}, undefined, (activities) => {
      const world = refusingOnce(activities);
      ({ refused } = world);
      return world.activities;
    });
    await attend(started.run);
    expect(await result(started)).toMatchObject({ kind: 'backported', done: [expect.stringMatching(/^#7 /), expect.stringMatching(/^#5 /)] });
    expect(refused).toEqual(expect.arrayContaining(['pickBackport', 'closeBackport', 'planBackports', 'report', 'keepRecord']));
  });

  it('is picked commit by commit where it was merged with a merge commit, each with its author', async () => {
    git('checkout', '--quiet', '-b', 'topic', c);
    const one = stand.gitaly.commit('One\n\nChangelog: added', { one: '1\n' });
    git('checkout', '--quiet', 'topic');
    git('merge', '--quiet', '--no-ff', '-m', 'Merge master into topic', 'master');
    const two = stand.gitaly.commit('Two', { two: '1\n' });
    git('checkout', '--quiet', 'master');
    git('merge', '--quiet', '--no-ff', '-m', 'Merge topic', 'topic');
    merged(8, stand.gitaly.at('HEAD'));
    expect(await result(await start())).toMatchObject({ kind: 'backported' });
    expect(log('12-9-stable').slice(2)).toEqual(['One', 'Two']);
    expect([message('12-9-stable^'), message('12-9-stable')]).toEqual([`One\n\nChangelog: added\n(cherry picked from commit ${one})`, `Two\n\n(cherry picked from commit ${two})`]);
  });

  it('is picked as one where its merge has put something right, with the trailers of its commits', async () => {
    git('checkout', '--quiet', '-b', 'topic', c);
    const one = stand.gitaly.commit('One\n\nChangelog: added', { one: '1\n' });
    git('checkout', '--quiet', 'master');
    git('merge', '--quiet', '--no-ff', '--no-commit', 'topic');
    const merge = stand.gitaly.commit('Merge topic', { one: 'mended\n' });
    merged(8, merge);
    expect(await result(await start())).toMatchObject({ kind: 'backported' });
    expect(message('12-9-stable')).toBe(`Merge topic\n\nChangelog: added\n(cherry picked from commit ${one})\n(cherry picked from commit ${merge})`);
    expect(git('show', '12-9-stable:one')).toBe('mended');
  });

  it('is picked whole where it was rebased', async () => {
    const one = stand.gitaly.commit('One', { one: '1\n' });
    merged(8, stand.gitaly.commit('Two', { two: '1\n' }), [one]);
    expect(await result(await start())).toMatchObject({ kind: 'backported' });
    expect(log('12-9-stable').slice(2)).toEqual(['One', 'Two']);
  });

  it('is skipped where the branch has it already, by a pick or by hand, and loses its label', async () => {
    const sha = squashed(7, { seven: '1\n' });
    squashed(8, { eight: '1\n' });
    git('checkout', '--quiet', '12-9-stable');
    git('cherry-pick', '-x', sha);
    stand.gitaly.commit('Eight by hand', { eight: '1\n' });
    const before = git('rev-parse', '12-9-stable');
    expect(await result(await start())).toMatchObject({ kind: 'backported', done: [`#7 on 12-9-stable as ${git('rev-parse', '12-9-stable^').slice(0, 12)}`, '#8 on 12-9-stable already'] });
    expect(git('rev-parse', '12-9-stable')).toBe(before);
    expect(stand.merged.flatMap(({ labels }) => labels)).toEqual([]);
    expect(stand.comments[1]).toMatch(/^#8 `12-9-stable` has it already: nothing was picked\./);
  });

  it('is only told by a dry run', async () => {
    squashed(7, { seven: '1\n' });
    expect(await result(await start({ dryRun: true }))).toEqual({ kind: 'backportsPlanned', branch: '12-9-stable', writes: ['pick #7 "Change 7"'] });
    expect(log('12-9-stable')).toHaveLength(2);
  });

  it('is picked once, however often it is asked for', async () => {
    expect(await result(await start())).toEqual({ kind: 'nothingToBackport', label });
    squashed(7, { seven: '1\n' });
    expect(await result(await start({}, 'picking/gitaly'))).toEqual({ kind: 'handedOver', to: id });
    expect(await server().client.workflow.getHandle(id).result()).toMatchObject({ kind: 'backported' });
    expect(log('12-9-stable')).toHaveLength(3);
  });
});

describe('a conflict', () => {
  beforeEach(() => {
    squashed(6, { shared: 'two\n' });
    stand.merged.pop();
    squashed(7, { shared: 'three\n' });
    squashed(8, { eight: '1\n' });
  });

  it('becomes a pull request with the conflict, for its author, and what is behind waits until it is merged', async () => {
    const started = await start();
    const { owes } = await waitingFor(started, /#7 on 12-9-stable: .*shared conflict; merge https:\/\/forge\/gitlab-org\/gitaly\/pull\/1 by hand/);
    expect(owes?.map(({ what }) => what)).toEqual(['#7 on 12-9-stable']);
    expect(stand.pulls).toMatchObject([{ head: 'slipway/backport-7-to-12-9-stable', base: '12-9-stable', title: 'Backport #7 to 12-9-stable: Change 7', body: expect.stringContaining('@bo, please see to it') }]);
    expect(git('show', 'slipway/backport-7-to-12-9-stable:shared')).toContain('<<<<<<<');
    await expect.poll(() => started.announced).toEqual([expect.stringContaining('#7 on 12-9-stable is still to be done')]);
    expect(log('12-9-stable')).toHaveLength(2);

    git('checkout', '--quiet', 'slipway/backport-7-to-12-9-stable');
    stand.gitaly.commit('Put it right', { shared: 'three\n' });
    git('checkout', '--quiet', '12-9-stable');
    git('merge', '--quiet', '--no-ff', '-m', 'Merge the backport', 'slipway/backport-7-to-12-9-stable');
    expect(await result(started)).toMatchObject({ kind: 'backported', done: [expect.stringMatching(/^#7 /), expect.stringMatching(/^#8 /)] });
    expect(log('12-9-stable').at(-1)).toBe('Change 8 (#8)');
  });

  it('is given up for a reason, which its pull request is told, and the rest goes on', async () => {
    const started = await start();
    await waitingFor(started, /#7 on 12-9-stable: .*conflict/);
    await expect(started.run.executeUpdate(decide.update, { args: [{ choice: 'giveUp', by: 'ann' }] })).rejects.toThrow();
    await started.run.executeUpdate(decide.update, { args: [{ choice: 'giveUp', by: 'ann', reason: 'not worth it' }] });
    expect(await result(started)).toMatchObject({ kind: 'backported', done: [expect.stringMatching(/^#8 /)], givenUp: ['#7 on 12-9-stable is given up by ann: not worth it'] });
    expect(stand.comments[0]).toMatch(/^#7 Not on `12-9-stable`: given up by ann: not worth it/);
    expect(stand.merged.flatMap(({ labels }) => labels)).toEqual([]);
  });

  it('is looked at anew when production comes to another branch meanwhile', async () => {
    const started = await start();
    await waitingFor(started, /#7 on 12-9-stable: .*conflict/);
    stand.runs(git('rev-parse', '12-10-stable'));
    await waitingFor(started, /#7 on 12-10-stable: .*conflict/);
    expect(stand.pulls.map(({ base }) => base)).toEqual(['12-9-stable', '12-10-stable']);
    expect(log('12-9-stable')).toHaveLength(2);
  });
});

it('that the branch does not take from here becomes a pull request, too, and is tried again when somebody says so', async () => {
  squashed(7, { seven: '1\n' });
  const hook = join(stand.gitaly.folder, '.git/hooks/update');
  mkdirSync(join(hook, '..'), { recursive: true });
  writeFileSync(hook, '#!/bin/sh\nif [ "$1" = refs/heads/12-9-stable ]; then echo "error: GH006: Protected $1." >&2; exit 1; fi\n');
  chmodSync(hook, 0o755);
  const started = await start();
  await waitingFor(started, /#7 on 12-9-stable: .*GH006.*merge https:\/\/forge\/gitlab-org\/gitaly\/pull\/1 by hand/);
  rmSync(hook);
  await started.run.executeUpdate(decide.update, { args: [{ choice: 'retry', by: 'ann' }] });
  expect(await result(started)).toMatchObject({ kind: 'backported' });
});

it('is refused, and its team told, while production runs no stable branch', async () => {
  squashed(7, { seven: '1\n' });
  stand.runs(stand.gitaly.at('master'));
  const started = await start();
  expect(await result(started)).toMatchObject({ kind: 'backportsRefused', reason: expect.stringMatching(/is on no stable branch of gitlab-org\/gitaly/) });
  expect(started.announced).toEqual([expect.stringMatching(/^gitaly: #7 can't be picked now: production runs/)]);
  expect(stand.merged.flatMap(({ labels }) => labels)).toEqual([label]);
});
