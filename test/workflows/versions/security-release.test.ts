import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createVersions } from '../../../activities/versions/index.ts';
import type { Outcome } from '../../../domain/outcome.ts';
import type { ReleaseStatus } from '../../../domain/release/status.ts';
import type { SecurityRequest } from '../../../domain/versions/request.ts';
import { neverRetry } from '../../../ports/failures.ts';
import { abort, confirm, decide } from '../../../workflows/people/messages.ts';
import { status } from '../../../workflows/release/messages.ts';
import { disclose } from '../../../workflows/versions/messages.ts';
import { name, versionStand } from '../../activities/versions/stand.ts';
import type { VersionStand } from '../../activities/versions/stand.ts';
import { gitOf, newRepository } from '../../ports/git/repositories.ts';
import type { TestRepository } from '../../ports/git/repositories.ts';
import { workflowBundle } from '../../servers.ts';
import { useTimeSkipping } from '../time-skipping.ts';

const hidden = 'gitlab-org-security/gitaly';
const id = 'security/gitaly/12';
const template = '# Security Release\n\n## Steps\n';
/** Whatever names it, or what has it. */
const telling = /hole|attacker|16\.[56]\.1|fix-the/i;

const server = useTimeSkipping();
let queues = 0;

interface Pull {
  readonly number: number;
  readonly base: string;
  readonly branch: string;
  title: string;
  body: string;
  assignees: string[];
  approvedAt: string | undefined;
}

let stand: VersionStand;
let security: TestRepository;
let pulls: Pull[];
let told: string[];
/** Security releases that run. */
let underWay: string[];
let issue: { state: 'open' | 'closed'; body: string };
let checks: () => readonly { readonly name: string; readonly state: 'green' | 'red' }[];

/** 16.5.0 and 16.6.0 are out on their lines; the fix is ready in the security repository, on both and on master. */
beforeEach(() => scene());

function scene(more = ''): void {
  stand = versionStand({ versions: `{ production: { environment: production }, security: { lines: 2 }${more} }` });
  const { gitaly } = stand;
  gitaly.commit('One', { VERSION: '16.5.0\n', 'CHANGELOG.md': '# Gitaly changelog\n\n## 16.5.0 (2023-10-22)\n\nNo changes.\n', 'serve.go': 'open\n', 'other.go': 'one\n' });
  for (const line of ['16-5', '16-6']) {
    const version = `${line.replace('-', '.')}.0`;
    git('checkout', '--quiet', '-b', `${line}-stable`, 'master');
    if (line === '16-6') gitaly.commit('Update version and changelog to 16.6.0', { VERSION: '16.6.0\n', 'CHANGELOG.md': '# Gitaly changelog\n\n## 16.6.0 (2023-11-22)\n\nNo changes.\n\n## 16.5.0 (2023-10-22)\n\nNo changes.\n' });
    git('tag', '-a', '-m', `Version v${version}`, `v${version}`);
    git('checkout', '--quiet', 'master');
  }
  git('merge', '--quiet', '--no-ff', '-m', 'Merge 16.6.0 back', '16-6-stable');
  stand.runs(stand.gitaly.at('HEAD'));

  security = newRepository();
  security.git('remote', 'add', 'public', gitaly.folder);
  security.git('fetch', '--quiet', '--tags', 'public');
  pulls = ['16-6-stable', '16-5-stable', 'master'].map((base, index) => {
    const branch = `fix-the-hole-${base}`;
    security.git('checkout', '--quiet', '-B', base, `public/${base}`);
    security.git('checkout', '--quiet', '-b', branch);
    const head = security.commit('Close the hole that an attacker finds (gitlab-org-security/gitaly#31)\n\nChangelog: security', { 'serve.go': 'closed\n' });
    return { number: 31 + index, base, branch, title: 'Close the hole', body: 'For #12', assignees: ['kim'], approvedAt: head };
  });
  security.git('checkout', '--quiet', '--detach');
  told = [];
  underWay = [id];
  issue = { state: 'open', body: `${template}An attacker finds a hole.` };
  checks = () => [{ name: 'test', state: 'green' }];
}

const git = (...args: readonly string[]) => stand.gitaly.git(...args);
const refs = () => git('for-each-ref', '--format=%(refname) %(objectname)');
const parents = (commit: string) => git('log', '-1', '--format=%P', commit).split(' ');
const soon = async () => new Date((await server().currentTimeMs()) + 30 * 24 * 3_600_000).toISOString().replace(/\.\d+Z$/, 'Z');

function ports(): VersionStand['ports'] {
  const { forge, ...others } = stand.ports;
  return {
    ...others,
    git: gitOf({ [name]: stand.gitaly, [hidden]: security }),
    releases: { begun: async () => underWay, isRunning: async () => true } as unknown as VersionStand['ports']['releases'],
    forge: {
      ...forge,
      commits: { ...forge.commits, read: async (repository: string) => (repository === hidden ? template : undefined) },
      issues: { get: async (_: string, number: number) => (number === 12 ? { number, ...issue } : undefined) },
      merging: {
        waiting: async (_: string, base: string) =>
          pulls.filter((pull) => pull.base === base && isOpen(pull)).map(({ branch, ...pull }) => ({ ...pull, head: security.at(branch), isDraft: false })),
      },
      pipelines: { checks: async () => checks() },
      discussions: {
        remarks: async (_: string, number: number) => pulls.filter((pull) => pull.number === number && pull.approvedAt !== undefined).map(({ approvedAt }) => ({ by: 'ann', review: { verdict: 'approve', sha: approvedAt } })),
        hasComment: async (repository: string, number: number, mark: string) => told.some((text) => text.startsWith(`${repository}#${number} `) && text.includes(mark)),
        comment: async (repository: string, number: number, body: string) => void told.push(`${repository}#${number} ${body}`),
      },
      pullRequests: {
        ...forge.pullRequests,
        get: async (_: string, number: number) => {
          const pull = pulls.find((one) => one.number === number);
          return pull && { ...pull, head: security.at(pull.branch), state: isOpen(pull) ? 'open' : 'merged' };
        },
      },
    } as unknown as VersionStand['ports']['forge'],
  };
}

function isOpen({ base, branch }: Pull): boolean {
  return security.git('rev-list', '--count', `${base}..${branch}`) !== '0';
}

interface Started {
  readonly release: WorkflowHandle;
  /** All that was said in channels. */
  readonly announced: string[];
}

async function start(request: Partial<SecurityRequest> = {}): Promise<Started> {
  const announced: string[] = [];
  const taskQueue = `security-${queues++}`;
  const worker = await Worker.create({
    connection: server().nativeConnection,
    taskQueue,
    workflowBundle,
    activities: {
      ...createVersions(ports()),
      report: async ({ line }: { readonly line: string }) => void announced.push(line),
      announce: async ({ channel, text }: { readonly channel: string; readonly text: string }) => void announced.push(`${channel} ${text}`),
      keepRecord: async () => undefined,
    },
  });
  const running = worker.run();
  const release = await server().client.workflow.start('securityRelease', { taskQueue, workflowId: id, args: [{ component: 'gitaly', issue: 12, ...request }] });
  onTestFinished(async () => {
    await release.terminate().catch(() => undefined);
    worker.shutdown();
    await running;
  });
  return { release, announced };
}

const result = async ({ release }: Started) => (await release.result()) as Outcome;

async function waitingFor({ release }: Started, what: RegExp): Promise<ReleaseStatus> {
  await expect.poll(async () => ((await release.query(status)).waitingFor?.what ?? ''), { timeout: 40_000 }).toMatch(what);
  return release.query(status);
}

/** Everything of the workflow that counts as public: its history with all payloads and failures, its status, its attributes and its memo. */
async function publicOf({ release, announced }: Started): Promise<string> {
  const readable = (_: string, value: unknown) => (value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : value);
  const { searchAttributes, memo, raw } = await release.describe();
  return JSON.stringify([await release.fetchHistory(), await release.query(status), searchAttributes, memo, raw, announced], readable);
}

describe('before the disclosure', () => {
  it('nothing public names it, and every version is tagged in the security repository', async () => {
    const before = refs();
    const started = await start({ disclosure: await soon() });
    await waitingFor(started, /^disclosure of security release 12, at /);
    expect(refs()).toBe(before);
    expect(stand.pulls).toEqual([]);
    expect(stand.releases).toEqual([]);
    expect(stand.comments).toEqual([]);
    expect(started.announced).toEqual([]);
    expect(await publicOf(started)).not.toMatch(telling);
    expect(security.git('tag', '--list', '--sort=v:refname').split('\n')).toEqual(['v16.5.0', 'v16.5.1', 'v16.6.0', 'v16.6.1']);
    expect(security.git('log', '--format=%s', 'v16.6.0..v16.6.1').split('\n')).toEqual(['Update version and changelog to 16.6.1', 'Merge security fix into 16-6-stable', 'Close the hole that an attacker finds (gitlab-org-security/gitaly#31)']);
    await expect(started.release.executeUpdate(abort.update, { args: [{ by: 'ann', reason: 'no' }] })).rejects.toThrow();
  });

  it('what is missing is told at the issue only, once', async () => {
    pulls[1]!.assignees = [];
    pulls[2]!.approvedAt = undefined;
    const started = await start();
    await waitingFor(started, /^the fix to be ready on every branch: issue 12/);
    await expect.poll(() => told, { timeout: 20_000 }).toEqual([expect.stringMatching(/^gitlab-org-security\/gitaly#12 It is not ready to be released:\n- #32 is assigned to nobody\n- nobody has approved #33 as it is now/)]);
    expect(security.git('tag', '--list').split('\n')).toHaveLength(2);
    expect(await publicOf(started)).not.toMatch(telling);
    pulls[1]!.assignees = ['bo'];
    pulls[2]!.approvedAt = security.at(pulls[2]!.branch);
    await waitingFor(started, /^disclosure of/);
    expect(told).toHaveLength(1);
  });

  it('a failure says nothing but where it is told', async () => {
    const good = checks;
    checks = () => {
      throw neverRetry('PermissionDenied', 'no checks of fix-the-hole for an attacker', { reason: 'fix-the-hole' });
    };
    const started = await start();
    const { waitingFor: held } = await waitingFor(started, /a look at the fix: refused, or not answered: issue 12 of the security repository says why/);
    expect(held?.send?.[0]).toMatchObject({ message: 'decide', payload: { choice: 'retry' } });
    expect(told).toEqual([expect.stringContaining("It can't go on: no checks of fix-the-hole")]);
    expect(await publicOf(started)).not.toMatch(telling);
    checks = good;
    await started.release.executeUpdate(decide.update, { args: [{ choice: 'retry', by: 'ann' }] });
    await waitingFor(started, /^disclosure of/);
  });

  it('what goes onto a pull request after its approval is not released', async () => {
    scene(', approval: { approvers: [kim] }');
    const started = await start();
    await waitingFor(started, /^approval of security release 12/);
    security.git('checkout', '--quiet', pulls[0]!.branch);
    const late = security.commit('More', { 'more.go': 'more\n' });
    security.git('checkout', '--quiet', '--detach');
    await expect(started.release.executeUpdate(confirm.update, { args: [{ item: 'tag', by: 'eve' }] })).rejects.toThrow();
    await started.release.executeUpdate(confirm.update, { args: [{ item: 'tag', by: 'kim' }] });
    await expect.poll(() => told.join('\n'), { timeout: 20_000 }).toContain('nobody has approved #31 as it is now');
    expect(security.git('tag', '--list', 'v16.6.1')).toBe('');
    pulls[0]!.approvedAt = late;
    await waitingFor(started, /^disclosure of/);
    expect(security.git('show', 'v16.6.1:more.go')).toBe('more');
    await expect(started.release.executeUpdate(disclose.update, { args: [{ by: 'eve' }] })).rejects.toThrow();
    await started.release.executeUpdate(disclose.update, { args: [{ by: 'kim' }] });
    expect(await result(started)).toMatchObject({ kind: 'securityReleased' });
  });
});

describe('at the disclosure', () => {
  it('every line is synced by a merge, the tags stay where they are, and it is announced once, at its time', async () => {
    const disclosure = await soon();
    const started = await start({ disclosure });
    await waitingFor(started, /^disclosure of/);
    const moved = stand.gitaly.commit('Meanwhile', { 'other.go': 'two\n' });
    git('checkout', '--quiet', '16-6-stable');
    const onLine = stand.gitaly.commit('Meanwhile on the line', { 'line.go': 'two\n' });
    git('checkout', '--quiet', 'master');
    expect(await result(started)).toEqual({ kind: 'securityReleased', tags: ['v16.6.1', 'v16.5.1'] });
    expect(await server().currentTimeMs()).toBeGreaterThanOrEqual(Date.parse(disclosure));
    for (const tag of ['v16.5.1', 'v16.6.1']) expect(stand.gitaly.at(`refs/tags/${tag}`)).toBe(security.at(`refs/tags/${tag}`));
    expect(parents('16-6-stable')).toEqual([onLine, git('rev-parse', 'v16.6.1^{commit}')]);
    expect(parents('16-5-stable')).toEqual([git('rev-parse', 'v16.5.0^{commit}'), git('rev-parse', 'v16.5.1^{commit}')]);
    expect(git('log', '--first-parent', '--reverse', '--format=%s', `${moved}..master`).split('\n')).toEqual(['Merge security release into master', 'Update changelog for 16.6.1', 'Update changelog for 16.5.1']);
    expect(git('show', 'master:serve.go')).toBe('closed');
    const changelog = git('show', 'master:CHANGELOG.md');
    expect([...changelog.matchAll(/^## (\S+)/gm)].map(([, version]) => version)).toEqual(['16.6.1', '16.6.0', '16.5.1', '16.5.0']);
    expect(changelog).toMatch(/\[Close the hole that an attacker finds \(a security fix\)\]\(https:\/\/forge\/gitlab-org\/gitaly\/commit\/[0-9a-f]{40}\)/);
    expect(changelog).not.toContain('security/gitaly');
    expect(stand.releases.map(({ tag }) => tag).toSorted()).toEqual(['v16.5.1', 'v16.6.1']);
    expect(stand.latest).toEqual(['v16.6.1']);
    expect(started.announced).toEqual(['#gitaly_alerts gitaly v16.6.1, v16.5.1: security releases, please update']);
    git('fsck', '--connectivity-only');
  });

  it('a conflict becomes a pull request for a person, and the tag goes out all the same', async () => {
    const started = await start();
    await waitingFor(started, /^disclosure of/);
    git('checkout', '--quiet', '16-6-stable');
    stand.gitaly.commit('Meanwhile', { 'serve.go': 'ajar\n' });
    git('checkout', '--quiet', 'master');
    await started.release.executeUpdate(disclose.update, { args: [{ by: 'ann' }] });
    await waitingFor(started, /^the security release on 16-6-stable: .*serve\.go conflict; merge https:\/\/forge\/gitlab-org\/gitaly\/pull\/1 by hand/);
    await expect.poll(() => started.announced.filter((text) => text.startsWith('#gitaly_alerts'))).toEqual(['#gitaly_alerts gitaly v16.6.1, v16.5.1: security releases, please update']);
    expect(git('tag', '--list').split('\n')).toEqual(['v16.5.0', 'v16.5.1', 'v16.6.0', 'v16.6.1']);
    expect(stand.pulls).toMatchObject([{ head: 'slipway/security-12-fix-to-16-6-stable', base: '16-6-stable', title: 'Merge the security release into 16-6-stable' }]);
    // What was pushed into the branch that is checked out is not in its work tree.
    git('checkout', '--quiet', '--force', '16-6-stable');
    git('merge', '--quiet', '--no-ff', '-X', 'theirs', '-m', 'Put it right', 'v16.6.1');
    expect(await result(started)).toMatchObject({ kind: 'securityReleased' });
  });

  it('comes when somebody says so where its time passed before it was ready', async () => {
    pulls[0]!.assignees = [];
    const started = await start({ disclosure: '2020-01-01T00:00:00Z' });
    await waitingFor(started, /^the fix to be ready/);
    await expect(started.release.executeUpdate(disclose.update, { args: [{ by: 'ann' }] })).rejects.toThrow();
    pulls[0]!.assignees = ['kim'];
    await waitingFor(started, /^disclosure of security release 12$/);
    expect(started.announced).toEqual(['#g_gitaly security release 12 of gitaly: it was not ready at 2020-01-01T00:00:00Z: somebody has to disclose it']);
    await started.release.executeUpdate(disclose.update, { args: [{ by: 'ann' }] });
    expect(await result(started)).toMatchObject({ kind: 'securityReleased' });
  });
});

describe('begun again', () => {
  it('it makes the same of what it has made before', async () => {
    const first = await start();
    await waitingFor(first, /^disclosure of/);
    const before = security.git('for-each-ref', '--format=%(refname) %(objectname)');
    await first.release.terminate();
    const second = await start();
    await waitingFor(second, /^disclosure of/);
    expect(security.git('for-each-ref', '--format=%(refname) %(objectname)')).toBe(before);
    await second.release.executeUpdate(disclose.update, { args: [{ by: 'ann' }] });
    expect(await result(second)).toMatchObject({ kind: 'securityReleased', tags: ['v16.6.1', 'v16.5.1'] });
  });

  it('after its disclosure it writes nothing', async () => {
    const first = await start();
    await waitingFor(first, /^disclosure of/);
    await first.release.executeUpdate(disclose.update, { args: [{ by: 'ann' }] });
    await result(first);
    const before = refs();
    const second = await start();
    await waitingFor(second, /^disclosure of/);
    await second.release.executeUpdate(disclose.update, { args: [{ by: 'ann' }] });
    expect(await result(second)).toMatchObject({ kind: 'securityReleased' });
    expect(refs()).toBe(before);
    expect(stand.releases).toHaveLength(2);
  });
});

describe('is refused', () => {
  it.each<[string, () => void, Partial<SecurityRequest>, RegExp]>([
    ['without an issue', () => void (underWay = []), { issue: 13 }, /the security repository has no issue 13/],
    ['for one that is closed', () => void (issue.state = 'closed'), {}, /12 of the security repository is closed/],
    ['for one that is not made from the template', () => void (issue.body = 'A hole'), {}, /12 of the security repository is not made from its template/],
    ['while another is not disclosed yet', () => void underWay.push('security/gitaly/11'), {}, /security\/gitaly\/11 is under way, and what it has tagged would come out with this one/],
  ])('%s', async (_, change, request, reason) => {
    change();
    const started = await start(request);
    expect(await result(started)).toEqual({ kind: 'securityRefused', reason: expect.stringMatching(reason) });
    expect(await publicOf(started)).not.toMatch(telling);
  });
});

it('a branch that the public repository protects becomes a pull request, too', async () => {
  const hook = join(stand.gitaly.folder, '.git/hooks/update');
  mkdirSync(join(hook, '..'), { recursive: true });
  writeFileSync(hook, '#!/bin/sh\nif [ "$1" = refs/heads/master ]; then echo "error: GH006: Protected $1." >&2; exit 1; fi\n');
  chmodSync(hook, 0o755);
  const started = await start();
  await waitingFor(started, /^disclosure of/);
  await started.release.executeUpdate(disclose.update, { args: [{ by: 'ann' }] });
  const { owes } = await waitingFor(started, /^the security release on master: .*GH006/);
  expect(owes?.map(({ what }) => what)).toEqual(expect.arrayContaining(['the security release on master', 'its changelog on master']));
});
