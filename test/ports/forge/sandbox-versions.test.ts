import { beforeEach, describe, expect, test } from 'vitest';
import type { Forge } from '../../../ports/forge/forge.ts';
import { gitProgram } from '../../../ports/git/program.ts';
import type { Git } from '../../../ports/git/git.ts';
import { openWorld } from '../../worlds.ts';
import type { World } from '../../worlds.ts';
import { temporaryFolder } from '../git/repositories.ts';
import { forgeIn, useSandbox } from '../stand.ts';

const repository = 'gitlab-org/gitaly';
const date = '2024-02-01T00:00:00Z';

const sandbox = useSandbox();
let world: World;
let forge: Forge;
let git: Git;

beforeEach(async () => {
  world = await openWorld(sandbox.url());
  forge = forgeIn(world);
  git = gitIn(world);
  return async () => {
    expect(await world.control('violations')).toEqual([]);
    await world.close();
  };
});

function gitIn({ url }: World, token = 'bot-token'): Git {
  const authorization = `Basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}`;
  return gitProgram({ folder: temporaryFolder(), timeoutMs: 20_000, remote: async (name) => ({ url: `${url}/git/${name}.git`, authorization }) });
}

async function tagged(tag: string): Promise<string> {
  const { branches } = await git.refs(repository);
  const commit = branches['master']!;
  const made = await git.write(repository, { kind: 'tag', name: tag, commit, message: tag, date });
  if (made.kind !== 'written') throw new Error(made.kind);
  await git.push(repository, [{ ref: { tag }, to: made.sha }]);
  return commit;
}

test('a tag is found by the commit that it stands on', async () => {
  const commit = await tagged('v1.0.0');
  expect(await forge.tags.find(repository, 'v1.0.0')).toBe(commit);
  expect(await forge.tags.find(repository, 'v1.0.1')).toBeUndefined();
});

test('merged pull requests are found by their label, and lose it once', async () => {
  const merge = async (topic: string, label?: string) => {
    const parent = (await forge.branches.find(repository, 'master'))!;
    const sha = await forge.branches.write({ repository, parent, path: `${topic}.txt`, text: topic, message: topic, date });
    await forge.branches.create(repository, topic, sha);
    const { number } = await forge.pullRequests.open({ repository, head: topic, base: 'master', title: topic, body: '' });
    if (label) await forge.discussions.addLabels(repository, number, [label]);
    return { number, sha, merge: () => forge.merging.merge(repository, number, sha, 'merge') };
  };
  const [one, two, open, other] = [await merge('one', 'Pick'), await merge('two', 'pick'), await merge('open', 'Pick'), await merge('other')];
  const made = [await two.merge(), await one.merge()].map((merged) => (merged.kind === 'merged' ? merged.sha : expect.unreachable(merged.kind)));
  await other.merge();
  const found = await forge.pullRequests.labelled(repository, 'Pick', 'master');
  expect(found.map(({ number, mergeSha, branch }) => [number, mergeSha, branch]).toSorted(([a], [b]) => Number(b) - Number(a))).toEqual([[two.number, made[0], 'two'], [one.number, made[1], 'one']]);
  expect(open.number).not.toBe(other.number);
  expect(await forge.pullRequests.labelled(repository, 'Pick', 'stable')).toEqual([]);
  for (let time = 0; time < 2; time++) await forge.discussions.removeLabel(repository, two.number, 'Pick');
  expect((await forge.pullRequests.labelled(repository, 'Pick', 'master')).map(({ number }) => number)).toEqual([one.number]);
});

test('pull requests that wait for their merge are told with whom they are assigned to', async () => {
  const open = async (topic: string, base = 'master') => {
    const parent = (await forge.branches.find(repository, 'master'))!;
    const head = await forge.branches.write({ repository, parent, path: `${topic}.txt`, text: topic, message: topic, date });
    await forge.branches.create(repository, topic, head);
    const { number } = await forge.pullRequests.open({ repository, head: topic, base, title: topic, body: 'For #12' });
    return { number, head };
  };
  await forge.branches.create(repository, '1-0-stable', (await forge.branches.find(repository, 'master'))!);
  const [one, two] = [await open('one'), await open('two')];
  await open('other', '1-0-stable');
  const closed = await open('closed');
  await forge.pullRequests.close(repository, closed.number);
  expect(await forge.issues.assign(repository, two.number, 'ann')).toEqual(['ann']);
  expect(await forge.issues.assign(repository, two.number, 'bo')).toEqual(['ann', 'bo']);
  expect(await forge.issues.get(repository, two.number)).toMatchObject({ assignees: ['ann', 'bo'] });
  expect(await forge.merging.waiting(repository, 'master')).toEqual([
    { number: two.number, title: 'two', body: 'For #12', head: two.head, isDraft: false, assignees: ['ann', 'bo'] },
    { number: one.number, title: 'one', body: 'For #12', head: one.head, isDraft: false, assignees: [] },
  ]);
});

describe('releases', () => {
  const release = (tag: string, more: { readonly prerelease?: boolean; readonly latest?: boolean } = {}) => ({ repository, tag, title: `Version ${tag}`, body: 'No changes.', prerelease: false, latest: true, ...more });

  test('are created, found and rewritten', async () => {
    await tagged('v1.0.0');
    const { id, url } = await forge.releases.create(release('v1.0.0'));
    expect(await forge.releases.find(repository, 'v1.0.0')).toEqual({ id, url, tag: 'v1.0.0', title: 'Version v1.0.0', body: 'No changes.', draft: false, prerelease: false });
    await forge.releases.rewrite(id, { ...release('v1.0.0'), body: 'Changes.' });
    expect(await forge.releases.find(repository, 'v1.0.0')).toMatchObject({ id, body: 'Changes.' });
    expect(await forge.releases.find(repository, 'v1.0.1')).toBeUndefined();
  });

  test('are found as drafts, too, and published by being rewritten', async () => {
    await tagged('v1.0.0');
    await rest('POST', `repos/${repository}/releases`, { tag_name: 'v1.0.0', draft: true });
    const draft = await forge.releases.find(repository, 'v1.0.0');
    expect(draft).toMatchObject({ draft: true });
    await forge.releases.rewrite(draft!.id, release('v1.0.0'));
    expect(await forge.releases.find(repository, 'v1.0.0')).toMatchObject({ id: draft!.id, draft: false });
  });

  test('are the latest only where that is asked for', async () => {
    for (const tag of ['v2.0.0', 'v1.9.1', 'v2.1.0-rc1']) await tagged(tag);
    expect(await forge.releases.latest(repository)).toBeUndefined();
    await forge.releases.create(release('v2.0.0'));
    await forge.releases.create(release('v1.9.1', { latest: false }));
    await forge.releases.create(release('v2.1.0-rc1', { prerelease: true, latest: false }));
    expect(await forge.releases.latest(repository)).toBe('v2.0.0');
  });

  test('that GitHub hides say which permission is missing', async () => {
    await world.control('faults', { match: { route: 'POST /repos/{owner}/{repo}/releases' }, action: { kind: 'fail', status: 404 } });
    await expect(forge.releases.create(release('v1.0.0'))).rejects.toMatchObject({ type: 'PermissionDenied', nonRetryable: true, message: expect.stringContaining('workflows=write') });
  });
});

test('milestones are listed as they are due, opened and closed', async () => {
  const { milestones } = forge;
  await rest('POST', `repos/${repository}/milestones`, { title: 'Backlog' });
  await milestones.open(repository, { title: '12.10', due: '2024-04-22T00:00:00Z' });
  const { number } = await milestones.open(repository, { title: '12.9', due: '2024-03-22T00:00:00Z' });
  expect((await milestones.list(repository)).map(({ title }) => title)).toEqual(['12.9', '12.10', 'Backlog']);
  await milestones.close(repository, number);
  expect(await milestones.list(repository)).toContainEqual({ number, title: '12.9', state: 'closed', due: '2024-03-22T00:00:00Z' });
});

describe('git over HTTP', () => {
  test('reads, writes and pushes with the credentials in a header', async () => {
    const { branches } = await git.refs(repository);
    const parent = branches['master']!;
    const made = await git.write(repository, { kind: 'commit', parent, files: { VERSION: '1.0.0\n' }, message: 'Version', date });
    if (made.kind !== 'written') throw new Error(made.kind);
    expect(await git.push(repository, [{ ref: { branch: '1-0-stable' }, to: made.sha }])).toEqual({ kind: 'pushed' });
    expect(await forge.branches.find(repository, '1-0-stable')).toBe(made.sha);
  });

  test('is refused without them', async () => {
    await expect(gitIn(world, 'nobody').refs(repository)).rejects.toMatchObject({ type: 'PermissionDenied' });
    await expect(git.refs('gitlab-org/none')).rejects.toMatchObject({ type: 'PermissionDenied', message: expect.stringContaining('does not exist') });
  });

  test('is told in words what a protected branch does not take, and by that moves nothing', async () => {
    await world.control('protection', { repository, branch: 'master', requiredChecks: ['build'] });
    const { branches } = await git.refs(repository);
    const from = branches['master']!;
    const made = await git.write(repository, { kind: 'commit', parent: from, files: { VERSION: '1.0.0\n' }, message: 'Version', date });
    if (made.kind !== 'written') throw new Error(made.kind);
    const moves = [{ ref: { branch: '1-0-stable' }, to: made.sha }, { ref: { branch: 'master' }, from, to: made.sha }];
    expect(await git.push(repository, moves)).toMatchObject({ kind: 'refused', ref: 'refs/heads/master', reason: expect.stringContaining('GH006: Protected branch') });
    expect((await git.refs(repository)).branches).toEqual(branches);
  });
});

async function rest(method: string, path: string, body: object): Promise<void> {
  const answer = await fetch(`${world.url}/api/v3/${path}`, { method, headers: { authorization: 'token person:ann', 'content-type': 'application/json' }, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${answer.status}`);
}
