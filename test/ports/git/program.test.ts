import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Sha } from '../../../domain/code/commit.ts';
import type { Git, NewObject } from '../../../ports/git/git.ts';
import { gitOf, newRepository, temporaryFolder } from './repositories.ts';
import type { TestRepository } from './repositories.ts';
import { namedSha } from '../../shas.ts';

const name = 'gitlab-org/gitaly';
const date = '2020-03-20T17:54:14.000Z';

let remote: TestRepository;
let git: Git;

beforeEach(() => {
  remote = newRepository();
  git = gitOf({ [name]: remote });
});

async function written(object: NewObject): Promise<Sha> {
  const made = await git.write(name, object);
  if (made.kind !== 'written') throw new Error(`not written, but ${made.kind}`);
  return made.sha;
}

/** The only clone in a folder of them. */
function cloneIn(folder: string): string {
  return join(folder, readdirSync(folder)[0]!);
}

describe('reading', () => {
  it('tells branches and tags, and what tags stand on', async () => {
    const one = remote.commit('One');
    remote.git('tag', 'v0.0.1');
    const two = remote.commit('Two');
    remote.git('tag', '-a', '-m', 'Version v1.0.0', 'v1.0.0');
    remote.git('branch', 'feature/x', one);
    const { branches, tags } = await git.refs(name);
    expect(branches).toEqual({ master: two, 'feature/x': one });
    expect(tags).toEqual([{ name: 'v0.0.1', sha: one, commit: one }, { name: 'v1.0.0', sha: remote.git('rev-parse', 'v1.0.0'), commit: two }]);
  });

  it('logs a range as git does, with whole messages', async () => {
    const one = remote.commit('One');
    const two = remote.commit('Two\n\nBecause of\nthat.\n\nChangelog: fixed');
    remote.git('checkout', '--quiet', '-b', 'side', one);
    const side = remote.commit('Side');
    remote.git('checkout', '--quiet', 'master');
    remote.git('merge', '--quiet', '--no-ff', '-m', 'Merge side', 'side');
    const merge = remote.at('HEAD');
    const log = await git.log(name, { from: one, to: merge });
    expect(log.map(({ sha }) => sha)).toEqual(remote.git('log', '--format=%H', `${one}..${merge}`).split('\n'));
    expect(log.find(({ sha }) => sha === two)).toMatchObject({ message: 'Two\n\nBecause of\nthat.\n\nChangelog: fixed\n', parents: [one], author: 'Ann', tree: remote.git('rev-parse', `${two}^{tree}`) });
    expect(log[0]?.parents).toEqual([two, side]);
    expect((await git.log(name, { to: merge })).at(-1)?.sha).toBe(one);
    expect(await git.log(name, { to: merge, limit: 1 })).toHaveLength(1);
    expect(await git.log(name, { from: merge, to: merge })).toEqual([]);
  });

  it('finds merge bases, and none', async () => {
    const one = remote.commit('One');
    remote.git('checkout', '--quiet', '-b', 'side');
    const side = remote.commit('Side');
    remote.git('checkout', '--quiet', 'master');
    const two = remote.commit('Two');
    remote.git('checkout', '--quiet', '--orphan', 'alone');
    const alone = remote.commit('Alone');
    expect(await git.mergeBase(name, side, two)).toBe(one);
    expect(await git.mergeBase(name, one, two)).toBe(one);
    expect(await git.mergeBase(name, one, alone)).toBeUndefined();
  });

  it('reads files, also in folders, and says which there are not', async () => {
    const sha = remote.commit('One', { VERSION: '12.8.0', 'ruby/proto/version.rb': 'x\n' });
    expect(await git.read(name, sha, 'VERSION')).toBe('12.8.0');
    expect(await git.read(name, sha, 'ruby/proto/version.rb')).toBe('x\n');
    expect(await git.read(name, sha, 'ruby/none')).toBeUndefined();
    expect(await git.read(name, sha, 'VERSION/none')).toBeUndefined();
  });

  it('tells what differs', async () => {
    const one = remote.commit('One', { a: '1\n', 'b/c': '1\n' });
    const two = remote.commit('Two', { 'b/c': '2\n', d: '1\n' });
    expect(await git.changed(name, one, two)).toEqual(['b/c', 'd']);
  });

  it('fetches no file that it does not read', async () => {
    const folder = temporaryFolder();
    const sha = remote.commit('One', { VERSION: '12.8.0', 'big/file': randomBytes(100_000).toString('hex') });
    await gitOf({ [name]: remote }, folder).log(name, { to: sha });
    expect(await gitOf({ [name]: remote }, folder).read(name, sha, 'VERSION')).toBe('12.8.0');
    const packs = join(cloneIn(folder), 'objects/pack');
    const bytes = readdirSync(packs).reduce((sum, file) => sum + statSync(join(packs, file)).size, 0);
    expect(bytes).toBeLessThan(20_000);
  });
});

describe('what is written', () => {
  it('is a commit with other files, the rest as it was, and the same each time', async () => {
    const base = remote.commit('One', { VERSION: '12.8.0', 'ruby/proto/version.rb': 'old\n', 'ruby/other': 'o\n', run: 'x\n' });
    remote.git('update-index', '--chmod=+x', 'run');
    const parent = remote.commit('Two');
    const object = { kind: 'commit', parent, files: { VERSION: '12.9.0', 'ruby/proto/version.rb': 'new\n', 'doc/new/file': 'n\n' }, message: 'Release 12.9.0\n\nSlipway-Release: x', date } as const;
    const sha = await written(object);
    const again = gitOf({ [name]: remote });
    expect(await again.write(name, object)).toEqual({ kind: 'written', sha });
    await git.push(name, [{ ref: { branch: 'out' }, to: sha }]);
    expect(remote.git('log', '-1', '--format=%P|%an|%ae|%cn|%aI|%cI|%B', sha)).toBe(`${parent}|Slipway|slipway@noreply.invalid|Slipway|2020-03-20T17:54:14+00:00|2020-03-20T17:54:14+00:00|Release 12.9.0\n\nSlipway-Release: x\n`.trimEnd());
    expect(remote.git('diff', '--name-status', parent, sha).split('\n')).toEqual(['M\tVERSION', 'A\tdoc/new/file', 'M\truby/proto/version.rb']);
    expect(remote.git('ls-tree', sha, 'run')).toMatch(/^100755/);
    expect(base).not.toBe(parent);
  });

  it('is a merge of both sides, parents in their order', async () => {
    const base = remote.commit('C', { a: '1\n', b: '1\n' });
    const main = remote.commit('D', { a: '2\n' });
    remote.git('checkout', '--quiet', '-b', 'stable', base);
    const stable = remote.commit("C'", { b: '2\n' });
    const sha = await written({ kind: 'merge', into: main, from: stable, message: 'Merge', date });
    await git.push(name, [{ ref: { branch: 'master' }, from: main, to: sha }]);
    expect(remote.git('log', '-1', '--format=%P', 'master')).toBe(`${main} ${stable}`);
    expect([remote.git('show', 'master:a'), remote.git('show', 'master:b')]).toEqual(['2', '2']);
  });

  it('says which files conflict, and has their marks for people', async () => {
    const base = remote.commit('C', { a: '1\n' });
    const main = remote.commit('D', { a: '2\n' });
    remote.git('checkout', '--quiet', '-b', 'stable', base);
    const stable = remote.commit("C'", { a: '3\n' });
    const made = await git.write(name, { kind: 'merge', into: main, from: stable, message: 'Merge', date });
    expect(made).toMatchObject({ kind: 'conflict', paths: ['a'] });
    if (made.kind !== 'conflict') throw new Error('no conflict');
    expect(await git.read(name, made.sha, 'a')).toMatch(/^<<<<<<< .*\n2\n=======\n3\n>>>>>>> /);
    const sha = await written({ kind: 'merge', into: main, from: stable, files: { a: '4\n' }, message: 'Merge', date });
    expect(await git.read(name, sha, 'a')).toBe('4\n');
  });

  it("is a pick, which keeps its author and says where it is from; also of a merge's first-parent side", async () => {
    const base = remote.commit('C', { a: '1\n' });
    remote.git('branch', 'stable');
    remote.commit('D', { b: '1\n' });
    remote.git('checkout', '--quiet', '-b', 'fix');
    const fix = remote.commit('Fix\n\nChangelog: fixed', { a: '2\n' });
    remote.git('checkout', '--quiet', 'master');
    remote.commit('F', { c: '1\n' });
    remote.git('merge', '--quiet', '--no-ff', '-m', 'Merge fix', 'fix');
    const merge = remote.at('HEAD');
    for (const commit of [fix, merge]) {
      const sha = await written({ kind: 'pick', commit, onto: base, message: `Fix\n\nChangelog: fixed\n(cherry picked from commit ${commit})`, date });
      await git.push(name, [{ ref: { branch: `picked-${commit}` }, to: sha }]);
      expect(remote.git('diff', '--name-only', base, sha)).toBe('a');
      expect(remote.git('log', '-1', '--format=%P|%an|%cn|%at', sha)).toBe(`${base}|Ann|Slipway|${remote.git('log', '-1', '--format=%at', commit)}`);
    }
  });

  it('is nothing where a pick has been made before, and marked where it conflicts', async () => {
    const base = remote.commit('C', { a: '1\n' });
    const fix = remote.commit('Fix', { a: '2\n' });
    remote.git('checkout', '--quiet', '-b', 'stable', base);
    const same = remote.commit('Fixed here, too', { a: '2\n' });
    const other = remote.commit('And more', { a: '3\n' });
    expect(await git.write(name, { kind: 'pick', commit: fix, onto: same, message: 'x', date })).toEqual({ kind: 'empty' });
    expect(await git.write(name, { kind: 'pick', commit: fix, onto: other, message: 'x', date })).toMatchObject({ kind: 'conflict', paths: ['a'] });
  });

  it('is an annotated tag', async () => {
    const commit = remote.commit('One');
    const sha = await written({ kind: 'tag', name: 'v12.9.0', commit, message: 'Version v12.9.0', date });
    await git.push(name, [{ ref: { tag: 'v12.9.0' }, to: sha }]);
    expect(remote.git('cat-file', 'tag', 'v12.9.0')).toBe(`object ${commit}\ntype commit\ntag v12.9.0\ntagger Slipway <slipway@noreply.invalid> 1584726854 +0000\n\nVersion v12.9.0`);
  });
});

describe('a push', () => {
  it('moves all or nothing, each from where it must be', async () => {
    const one = remote.commit('One');
    const two = await written({ kind: 'commit', parent: one, files: { a: '1\n' }, message: 'Two', date });
    const tag = await written({ kind: 'tag', name: 'v1.0.0', commit: two, message: 'Version v1.0.0', date });
    remote.git('branch', 'stable', one);
    const other = remote.commit('Somebody was faster');
    const both = [{ ref: { branch: 'stable' }, from: one, to: two }, { ref: { branch: 'master' }, from: one, to: two }, { ref: { tag: 'v1.0.0' }, to: tag }];
    expect(await git.push(name, both)).toEqual({ kind: 'moved', ref: 'refs/heads/master' });
    expect(await git.refs(name)).toEqual({ branches: { master: other, stable: one }, tags: [] });
    expect(await git.push(name, [both[0]!, both[2]!])).toEqual({ kind: 'pushed' });
    expect(await git.refs(name)).toMatchObject({ branches: { master: other, stable: two }, tags: [{ name: 'v1.0.0', commit: two }] });
  });

  it('that is sent again, late, changes nothing', async () => {
    const one = remote.commit('One');
    const two = await written({ kind: 'commit', parent: one, files: { a: '1\n' }, message: 'Two', date });
    const three = await written({ kind: 'commit', parent: two, files: { a: '2\n' }, message: 'Three', date });
    const first = [{ ref: { branch: 'master' }, from: one, to: two }] as const;
    await git.push(name, first);
    expect(await git.push(name, first)).toEqual({ kind: 'pushed' });
    await git.push(name, [{ ref: { branch: 'master' }, from: two, to: three }]);
    expect(await git.push(name, first)).toEqual({ kind: 'moved', ref: 'refs/heads/master' });
    expect((await git.refs(name)).branches['master']).toBe(three);
  });

  it('makes what must not exist, once', async () => {
    const one = remote.commit('One');
    const two = remote.commit('Two');
    remote.git('tag', 'v1.0.0', two);
    expect(await git.push(name, [{ ref: { tag: 'v1.0.0' }, to: one }])).toEqual({ kind: 'moved', ref: 'refs/tags/v1.0.0' });
    expect(remote.git('rev-parse', 'v1.0.0')).toBe(two);
  });

  it('that the remote does not take is told in its words', async () => {
    const one = remote.commit('One');
    const hook = join(remote.folder, '.git/hooks/pre-receive');
    mkdirSync(join(remote.folder, '.git/hooks'), { recursive: true });
    writeFileSync(hook, '#!/bin/sh\necho "GH006: Protected branch update failed" >&2\nexit 1\n');
    chmodSync(hook, 0o755);
    const pushed = await git.push(name, [{ ref: { branch: 'new' }, to: one }]);
    expect(pushed).toMatchObject({ kind: 'refused', ref: 'refs/heads/new', reason: expect.stringContaining('GH006: Protected branch update failed') });
  });
});

describe('what is no commit and no name', () => {
  it.each(['--upload-pack=touch pwned', 'HEAD', 'master', '../x', 'a'.repeat(39)])('%j is never given to git as a commit', async (text) => {
    await expect(git.log(name, { to: namedSha(text) })).rejects.toMatchObject({ type: 'InvalidInput', nonRetryable: true });
    await expect(git.write(name, { kind: 'tag', name: 'v1.0.0', commit: namedSha(text), message: 'x', date })).rejects.toMatchObject({ type: 'InvalidInput' });
  });

  it.each(['--mirror', '-d', 'a..b', 'a b', 'a:b', 'refs/../x', '@{1}', 'a.lock', ''])('%j is never given to git as a ref', async (text) => {
    const to = remote.commit('One');
    await expect(git.push(name, [{ ref: { branch: text }, to }])).rejects.toMatchObject({ type: 'InvalidInput', nonRetryable: true });
    await expect(git.push(name, [{ ref: { tag: text }, to }])).rejects.toMatchObject({ type: 'InvalidInput', nonRetryable: true });
  });
});

describe('the clone', () => {
  it('may vanish at any time', async () => {
    const folder = temporaryFolder();
    const cached = gitOf({ [name]: remote }, folder);
    const one = remote.commit('One', { VERSION: '1' });
    const object = { kind: 'commit', parent: one, files: { VERSION: '2' }, message: 'Two', date } as const;
    const before = await cached.write(name, object);
    for (const entry of readdirSync(folder)) rmSync(join(folder, entry), { recursive: true });
    expect(await cached.write(name, object)).toEqual(before);
    expect((await cached.log(name, { to: one })).map(({ sha }) => sha)).toEqual([one]);
  });

  it('is made once, whoever asks at the same time', async () => {
    const shared = temporaryFolder();
    const one = remote.commit('One', { VERSION: '1' });
    const answers = await Promise.all(Array.from({ length: 6 }, () => gitOf({ [name]: remote }, shared).read(name, one, 'VERSION')));
    expect(answers).toEqual(['1', '1', '1', '1', '1', '1']);
    expect(readdirSync(shared)).toHaveLength(1);
  });

  it('runs no hook of its own', async () => {
    const folder = temporaryFolder();
    const cached = gitOf({ [name]: remote }, folder);
    const one = remote.commit('One');
    await cached.log(name, { to: one });
    const hook = join(cloneIn(folder), 'hooks/pre-push');
    mkdirSync(join(hook, '..'), { recursive: true });
    writeFileSync(hook, '#!/bin/sh\nexit 1\n');
    chmodSync(hook, 0o755);
    expect(await cached.push(name, [{ ref: { branch: 'new' }, to: one }])).toEqual({ kind: 'pushed' });
  });

  it('of a repository that does not exist is told so, and one that answers nothing is tried again', async () => {
    await expect(git.refs('gitlab-org/none')).rejects.toMatchObject({ type: 'PermissionDenied', message: expect.stringContaining('does not exist') });
  });
});

describe('what another repository has', () => {
  const secret = 'gitlab-org-security/gitaly';
  let hidden: TestRepository;

  beforeEach(() => {
    remote.commit('One', { 'deep/er/one.go': 'package one\n', 'deep/two.go': `${'// text\n'.repeat(200)}` });
    hidden = newRepository();
    hidden.git('pull', '--quiet', remote.folder, 'master');
    git = gitOf({ [name]: remote, [secret]: hidden });
  });

  it('is merged with what this one has by now, and pushed with its tag, which stays where it is', async () => {
    const fix = hidden.commit('Fix', { 'deep/er/fix.go': 'package fix\n', 'deep/two.go': `${'// text\n'.repeat(200)}// fixed\n` });
    hidden.git('tag', '-a', '-m', 'Version v1.0.1', 'v1.0.1');
    const tag = hidden.at('refs/tags/v1.0.1');
    const moved = remote.commit('Two', { 'deep/er/two.go': 'package two\n' });
    // The clone has a history without files by then.
    await git.log(name, { to: moved });
    await git.bring(name, secret, [fix, tag]);
    expect((await git.refs(name)).tags).toEqual([]);
    const merge = await written({ kind: 'merge', into: moved, from: fix, message: 'Merge', date });
    expect(await git.push(name, [{ ref: { branch: 'master' }, from: moved, to: merge }])).toEqual({ kind: 'pushed' });
    expect(await git.push(name, [{ ref: { tag: 'v1.0.1' }, to: tag }])).toEqual({ kind: 'pushed' });
    expect([remote.at('master^1'), remote.at('master^2'), remote.at('v1.0.1^{commit}'), remote.at('refs/tags/v1.0.1')]).toEqual([moved, fix, fix, tag]);
    expect(remote.git('show', 'master:deep/er/fix.go')).toBe('package fix');
    expect(remote.git('show', 'master:deep/two.go')).toMatch(/\/\/ fixed$/);
    remote.git('fsck', '--connectivity-only');
    await git.bring(name, secret, [fix, tag]);
  });
});
