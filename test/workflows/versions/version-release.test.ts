import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Sha } from '../../../domain/code/commit.ts';
import { createVersions } from '../../../activities/versions/index.ts';
import type { Outcome } from '../../../domain/outcome.ts';
import type { ReleaseRecord } from '../../../domain/release/record.ts';
import type { ReleaseStatus } from '../../../domain/release/status.ts';
import type { VersionRequest } from '../../../domain/versions/request.ts';
import { abort, approve, decide, reject } from '../../../workflows/people/messages.ts';
import { updateDownstream } from '../../../workflows/versions/messages.ts';
import { status } from '../../../workflows/release/messages.ts';
import { versionStand } from '../../activities/versions/stand.ts';
import type { VersionStand } from '../../activities/versions/stand.ts';
import { workflowBundle } from '../../servers.ts';
import { attend, refusingOnce } from '../refusing.ts';
import { useTimeSkipping } from '../time-skipping.ts';

const server = useTimeSkipping();
let queues = 0;

let stand: VersionStand;
let c: Sha;
let d: Sha;

beforeEach(() => {
  scene();
});

/** C is what production runs, D the head that never reached it. */
function scene(versions?: string): void {
  stand = versionStand(versions === undefined ? {} : { versions });
  const { gitaly } = stand;
  gitaly.commit('A', { VERSION: '12.8.0', 'CHANGELOG.md': '# Gitaly changelog\n\n## 12.8.0 (2020-02-22)\n\nNo changes.\n' });
  gitaly.git('tag', '-a', '-m', 'Version v12.8.0', 'v12.8.0');
  c = gitaly.commit('C\n\nChangelog: added', { c: '1\n' });
  d = gitaly.commit('D\n\nChangelog: added', { d: '1\n' });
  stand.runs(c);
}

const git = (...args: readonly string[]) => stand.gitaly.git(...args);
const parents = (commit: string) => git('log', '-1', '--format=%P', commit);

function protect(ref: string): () => void {
  const hook = join(stand.gitaly.folder, '.git/hooks/update');
  mkdirSync(join(hook, '..'), { recursive: true });
  writeFileSync(hook, `#!/bin/sh\nif [ "$1" = ${ref} ]; then echo "error: GH006: Protected $1." >&2; exit 1; fi\n`);
  chmodSync(hook, 0o755);
  return () => rmSync(hook);
}

interface Started {
  readonly release: WorkflowHandle;
  readonly lines: string[];
  readonly announced: string[];
  readonly records: ReleaseRecord[];
}

async function start(request: Partial<VersionRequest> & { readonly version: string }, id = `version/gitaly/${request.version}`, wrap: (activities: object) => object = (same) => same): Promise<Started> {
  const lines: string[] = [];
  const announced: string[] = [];
  const records: ReleaseRecord[] = [];
  const taskQueue = `versions-${queues++}`;
  const worker = await Worker.create({
    connection: server().nativeConnection,
    taskQueue,
    workflowBundle,
    activities: wrap({
      ...createVersions(stand.ports),
      rerunFailed: async () => {
        stand.checks.splice(0, stand.checks.length, { name: 'test', state: 'green' });
        return 'rerun';
      },
      report: async ({ line }: { readonly line: string }) => void lines.push(line),
      announce: async ({ text }: { readonly text: string }) => void announced.push(text),
      keepRecord: async (record: ReleaseRecord) => void records.push(record),
    }),
  });
  const running = worker.run();
  const release = await server().client.workflow.start('versionRelease', { taskQueue, workflowId: id, args: [{ component: 'gitaly', ...request }] });
  onTestFinished(async () => {
    await release.terminate().catch(() => undefined);
    worker.shutdown();
    await running;
  });
  return { release, lines, announced, records };
}

async function waitingFor(release: WorkflowHandle, what: RegExp): Promise<ReleaseStatus> {
  return expect.poll(async () => ((await release.query(status)).waitingFor?.what ?? ''), { timeout: 40_000 }).toMatch(what).then(() => release.query(status));
}

async function result(release: WorkflowHandle): Promise<Outcome> {
  return (await release.result()) as Outcome;
}

describe('a minor', () => {
  it('is committed, tagged, published and merged back; the graph is that of the document', async () => {
    const { release, lines, records } = await start({ version: '12.9.0' });
    const outcome = await result(release);
    const tagged = git('rev-parse', 'v12.9.0^{commit}');
    expect(outcome).toEqual({ kind: 'versionReleased', version: '12.9.0', tag: 'v12.9.0', commit: tagged, url: 'https://forge/gitlab-org/gitaly/releases/v12.9.0' });
    expect([parents(tagged), git('rev-parse', '12-9-stable'), parents('master')]).toEqual([c, tagged, `${d} ${tagged}`]);
    expect(stand.releases).toMatchObject([{ tag: 'v12.9.0', title: 'Version v12.9.0', prerelease: false, body: expect.stringContaining('[C](') }]);
    expect(stand.latest).toEqual(['v12.9.0']);
    expect(lines).toEqual([expect.stringMatching(/^tagged [0-9a-f]{12} as v12\.9\.0$/), expect.stringMatching(/^released v12\.9\.0/)]);
    expect(records).toMatchObject([{ release: 'version/gitaly/12.9.0', version: '12.9.0', ending: 'versionReleased' }]);
  });

  it('comes to the same end though all that is asked is refused once, and people say to try again', async () => {
    scene('{ production: { environment: production }, approval: { approvers: [bob], required: 1, separation: [author] } }');
    let refused: readonly string[] = [];
    const { release } = await start({ version: '12.9.0' }, undefined, (activities) => {
      const world = refusingOnce({ authors: async () => ['ann'], ...activities });
      ({ refused } = world);
      return world.activities;
    });
    await attend(release);
    expect(await result(release)).toMatchObject({ kind: 'versionReleased', version: '12.9.0' });
    expect(refused).toEqual(expect.arrayContaining(['authors', 'cutVersion', 'publishVersion', 'mergeVersionBack', 'tagPipeline', 'report', 'keepRecord']));
  });

  it('that is started again, and under another id, writes nothing', async () => {
    await result((await start({ version: '12.9.0' })).release);
    const before = git('for-each-ref');
    expect(await result((await start({ version: '12.9.0' })).release)).toMatchObject({ kind: 'versionReleased' });
    expect(await result((await start({ version: 'v12.9.0' }, 'any-id')).release)).toEqual({ kind: 'handedOver', to: 'version/gitaly/12.9.0' });
    await server().client.workflow.getHandle('version/gitaly/12.9.0').result();
    expect(git('for-each-ref')).toBe(before);
    expect(stand.releases).toHaveLength(1);
  });

  it('is only told by a dry run, to the SHA', async () => {
    const before = git('for-each-ref');
    const outcome = await result((await start({ version: '12.9.0', dryRun: true })).release);
    expect(git('for-each-ref')).toBe(before);
    expect(outcome).toMatchObject({ kind: 'versionPlanned', version: '12.9.0', writes: expect.arrayContaining(['publish the release v12.9.0 as the latest']) });
    await result((await start({ version: '12.9.0' })).release);
    expect(outcome).toMatchObject({ commit: git('rev-parse', 'v12.9.0^{commit}') });
  });

  it('of what never reached production is refused', async () => {
    expect(await result((await start({ version: '12.9.0', sha: d })).release)).toEqual({ kind: 'versionRefused', reason: `sha: ${d.slice(0, 12)} never reached production, which runs ${c.slice(0, 12)}` });
    expect(git('for-each-ref', 'refs/heads', '--format=%(refname)')).toBe('refs/heads/master');
  });

  it('that conflicts has its tag, asks people by a pull request, and stays open until they have merged it', async () => {
    const theirs = stand.gitaly.commit('Next', { VERSION: '12.10.0-pre' });
    const { release, announced } = await start({ version: '12.9.0' });
    const { owes, waitingFor: waits } = await waitingFor(release, /v12\.9\.0 on master: .*VERSION conflict; merge https:\/\/forge\/gitlab-org\/gitaly\/pull\/1 by hand/);
    expect(owes?.map(({ what }) => what)).toEqual(['v12.9.0 on master']);
    expect(waits?.send?.map(({ payload }) => payload)).toMatchObject([{ choice: 'retry' }, { choice: 'giveUp' }]);
    expect([git('rev-parse', 'v12.9.0^{commit}'), git('rev-parse', 'master')]).toEqual([git('rev-parse', 'slipway/merge-back-12.9.0'), theirs]);
    expect(stand.pulls).toMatchObject([{ head: 'slipway/merge-back-12.9.0', base: 'master', title: 'Merge v12.9.0 back into master' }]);
    expect(announced).toEqual([expect.stringContaining('v12.9.0 on master is still to be done')]);
    git('merge', '--quiet', '--no-ff', '-s', 'ours', '-m', 'By hand', 'v12.9.0');
    expect(await result(release)).toMatchObject({ kind: 'versionReleased' });
  });

  it('whose stable branch is protected has its tag, is merged back, and owes the branch', async () => {
    const lift = protect('refs/heads/12-9-stable');
    const { release } = await start({ version: '12.9.0' });
    await waitingFor(release, /v12\.9\.0 on 12-9-stable: .*GH006.*push it by hand/);
    const tagged = git('rev-parse', 'v12.9.0^{commit}');
    await expect.poll(() => parents('master')).toBe(`${d} ${tagged}`);
    lift();
    git('branch', '12-9-stable', tagged);
    expect(await result(release)).toMatchObject({ kind: 'versionReleased', commit: tagged });
  });

  it('whose tag the remote does not take is tried again when somebody says so', async () => {
    const lift = protect('refs/tags/v12.9.0');
    const { release } = await start({ version: '12.9.0' });
    await waitingFor(release, /the tag v12\.9\.0: .*does not take the tag/);
    expect(git('for-each-ref', 'refs/heads', '--format=%(refname)')).toBe('refs/heads/master');
    lift();
    await release.executeUpdate(decide.update, { args: [{ choice: 'retry', by: 'ann' }] });
    expect(await result(release)).toMatchObject({ kind: 'versionReleased' });
  });

  it('whose pipeline is red is told, run again, and stays tagged', async () => {
    stand.checks.splice(0, 1, { name: 'test', state: 'red' });
    const { release, announced } = await start({ version: '12.9.0' });
    await waitingFor(release, /the pipeline of v12\.9\.0, which is red/);
    await expect.poll(() => announced).toEqual([expect.stringContaining('test')]);
    await expect(release.executeUpdate(decide.update, { args: [{ choice: 'accept', by: 'ann' }] })).rejects.toThrow();
    await expect(release.executeUpdate(abort.update, { args: [{ by: 'ann', reason: 'no' }] })).rejects.toThrow();
    await release.executeUpdate(decide.update, { args: [{ choice: 'retry', by: 'ann' }] });
    expect(await result(release)).toMatchObject({ kind: 'versionReleased' });
  });
});

describe('release managers', () => {
  const asked = '{ production: { environment: production }, approval: { approvers: [rm] } }';

  it('approve what somebody starts by hand, before anything is written', async () => {
    scene(asked);
    const { release } = await start({ version: '12.9.0', by: 'ann' });
    await waitingFor(release, /approval of tag/);
    expect(git('for-each-ref', 'refs/heads', '--format=%(refname)')).toBe('refs/heads/master');
    await expect(release.executeUpdate(approve.update, { args: [{ stage: 'tag', by: 'ann' }] })).rejects.toThrow();
    await release.executeUpdate(approve.update, { args: [{ stage: 'tag', by: 'rm' }] });
    expect(await result(release)).toMatchObject({ kind: 'versionReleased' });
  });

  it('reject it, and nothing was written', async () => {
    scene(asked);
    const { release } = await start({ version: '12.9.0' });
    await waitingFor(release, /approval of tag/);
    await release.executeUpdate(reject.update, { args: [{ stage: 'tag', by: 'rm', reason: 'not now' }] });
    expect(await result(release)).toMatchObject({ kind: 'rejected', by: 'rm', undone: [] });
    expect(git('tag', '--list')).toBe('v12.8.0');
  });

  it('approve anew what was merged into the stable branch meanwhile', async () => {
    scene(asked);
    git('checkout', '--quiet', '-b', '12-8-stable', 'v12.8.0');
    stand.gitaly.commit('Picked', { picked: '1\n' });
    const { release } = await start({ version: '12.8.1' });
    await waitingFor(release, /approval of tag/);
    const more = stand.gitaly.commit('More', { more: '1\n' });
    await release.executeUpdate(approve.update, { args: [{ stage: 'tag', by: 'rm' }] });
    await expect.poll(async () => (await release.query(status)).refused.map(({ why }) => why).join(), { timeout: 30_000 }).toMatch(/the vote of rm on tag is void/);
    await waitingFor(release, /approval of tag/);
    const { candidate } = await release.query(status);
    await release.executeUpdate(approve.update, { args: [{ stage: 'tag', by: 'rm', sha: candidate! }] });
    expect(await result(release)).toMatchObject({ kind: 'versionReleased' });
    expect(parents('v12.8.1')).toBe(more);
  });

  it('have no say in a candidate', async () => {
    scene(asked);
    expect(await result((await start({ version: '12.9.0-rc1' })).release)).toMatchObject({ kind: 'versionReleased', tag: 'v12.9.0-rc1' });
    expect([parents('v12.9.0-rc1'), git('rev-parse', 'master')]).toEqual([d, git('rev-parse', 'v12.9.0-rc1^{commit}')]);
    expect(stand.releases).toMatchObject([{ tag: 'v12.9.0-rc1', prerelease: true }]);
    expect(stand.latest).toEqual([]);
  });
});

describe('a candidate that the product is asked to take', () => {
  const file = new Map<string, string>();
  let heads: Map<string, Sha>;
  let assigned: string[];
  let build: readonly { readonly name: string; readonly state: 'green' | 'red' | 'pending' }[];

  beforeEach(() => {
    scene('{ production: { environment: production }, downstream: { maintainers: [kim, bo] } }');
    stand.checks.splice(0, 1, { name: 'test', state: 'pending' });
    heads = new Map([['master', c]]);
    file.set(c, `${c}\n`);
    assigned = [];
    build = [{ name: 'rspec', state: 'pending' }];
    const { forge } = stand.ports;
    const { read } = forge.commits;
    Object.assign(forge.commits, { read: async (repository: string, path: string, ref: string) => (file.has(ref) ? file.get(ref) : read(repository, path, ref)) });
    Object.assign(forge.branches, {
      find: async (_: string, branch: string) => heads.get(branch),
      write: async ({ text, message }: { readonly text: string; readonly message: string }) => {
        file.set(d, text);
        expect(message).toContain('Upgrade Gitaly to v12.9.0-rc1');
        return d;
      },
      create: async (_: string, branch: string, sha: Sha) => void heads.set(branch, sha),
    });
    Object.assign(forge, {
      issues: { get: async () => ({ assignees: assigned }), assign: async (_: string, __: number, login: string) => (login === 'stranger' ? assigned : (assigned = [...assigned, login])) },
      pipelines: { checks: async (repository: string) => (repository === 'gitlab-org/gitlab' ? build : stand.checks) },
      pullRequests: { ...forge.pullRequests, get: async (_: string, number: number) => ({ ...stand.pulls[number - 1], state: 'open', head: d }) },
    });
  });

  const passes = () => void stand.checks.splice(0, 1, { name: 'test', state: 'green' });

  it('gets a pull request of the version without its v, assigned to whoever asked, and to a maintainer once its build is green', async () => {
    const { release, announced } = await start({ version: '12.9.0-rc1' });
    await expect.poll(async () => (await release.query(status)).state, { timeout: 30_000 }).toBe('publishing');
    await release.executeUpdate(updateDownstream.update, { args: [{ by: 'bo' }] });
    await expect(release.executeUpdate(updateDownstream.update, { args: [{ by: 'ann' }] })).rejects.toThrow();
    await expect.poll(() => assigned, { timeout: 30_000 }).toEqual(['bo']);
    expect(stand.pulls).toMatchObject([{ repository: 'gitlab-org/gitlab', head: 'slipway/upgrade-gitaly-12.9.0-rc1', base: 'master', title: 'Upgrade Gitaly to v12.9.0-rc1' }]);
    expect(file.get(d)).toBe('12.9.0-rc1\n');
    passes();
    build = [{ name: 'rspec', state: 'red' }];
    await expect.poll(() => announced.join(), { timeout: 30_000 }).toMatch(/pull\/1 is red: rspec/);
    expect(assigned).toEqual(['bo']);
    build = [{ name: 'rspec', state: 'green' }];
    expect(await result(release)).toMatchObject({ kind: 'versionReleased', tag: 'v12.9.0-rc1' });
    expect(assigned).toEqual(['bo', 'kim']);
  });

  it('gets it, too, when it is started again with that, once; whom the forge does not assign is told as still to do', async () => {
    passes();
    build = [{ name: 'rspec', state: 'green' }];
    await result((await start({ version: '12.9.0-rc1' })).release);
    expect(stand.pulls).toEqual([]);
    const { release, lines } = await start({ version: '12.9.0-rc1', downstream: 'stranger' });
    expect(await result(release)).toMatchObject({ kind: 'versionReleased' });
    await result((await start({ version: '12.9.0-rc1', downstream: 'stranger' })).release);
    expect(stand.pulls).toHaveLength(1);
    expect(lines).toEqual(expect.arrayContaining([expect.stringMatching(/^still to do by hand: assign stranger to/)]));
    expect(assigned).toEqual(['bo']);
  });

  it('is a candidate: nothing else is', async () => {
    const { release } = await start({ version: '12.9.0' });
    await expect.poll(async () => (await release.query(status)).state, { timeout: 30_000 }).toBe('publishing');
    await expect(release.executeUpdate(updateDownstream.update, { args: [{ by: 'bo' }] })).rejects.toMatchObject({ cause: { message: expect.stringContaining('only a candidate') } });
  });
});

describe('a patch that leaves versions out', () => {
  beforeEach(() => {
    git('checkout', '--quiet', '-b', '12-8-stable', 'v12.8.0');
    stand.gitaly.commit('Picked\n\nChangelog: fixed', { picked: '1\n' });
  });

  it('burns them, for a reason', async () => {
    const { release, announced } = await start({ version: '12.8.2' });
    await waitingFor(release, /12\.8\.2, which leaves out 12\.8\.1/);
    expect(announced).toEqual([expect.stringContaining('tagMissing')]);
    await expect(release.executeUpdate(decide.update, { args: [{ choice: 'burn', by: 'ann' }] })).rejects.toThrow();
    await release.executeUpdate(decide.update, { args: [{ choice: 'burn', by: 'ann', reason: 'its build was broken' }] });
    expect(await result(release)).toMatchObject({ kind: 'versionReleased', tag: 'v12.8.2' });
    expect(git('tag', '--list').split('\n')).toEqual(['v12.8.0', 'v12.8.2']);
  });

  it('releases them first', async () => {
    const { release } = await start({ version: '12.8.2' });
    await waitingFor(release, /12\.8\.2, which leaves out 12\.8\.1/);
    await release.executeUpdate(decide.update, { args: [{ choice: 'tagMissing', by: 'ann' }] });
    expect(await result(release)).toMatchObject({ kind: 'versionReleased', tag: 'v12.8.2' });
    expect(git('tag', '--list').split('\n')).toEqual(['v12.8.0', 'v12.8.1', 'v12.8.2']);
    expect(parents('v12.8.2')).toBe(git('rev-parse', 'v12.8.1^{commit}'));
    expect(git('show', 'v12.8.2:CHANGELOG.md')).toMatch(/## 12\.8\.2 [^#]*No changes\.\n\n## 12\.8\.1 [^#]*### Fixed/);
  });
});
