import { beforeEach, expect, it } from 'vitest';
import { readObjections } from '../../../activities/people/objections.ts';
import type { Sha } from '../../../domain/code/commit.ts';
import type { Forge } from '../../../ports/forge/forge.ts';
import { componentsWith } from '../../components.ts';
import { newRepository } from '../../ports/git/repositories.ts';
import type { TestRepository } from '../../ports/git/repositories.ts';
import { gitForge } from '../git-forge.ts';

let gitaly: TestRepository;
let base: Sha;
/** On the side branch that `merge` has brought. */
let leak: Sha;
let merge: Sha;

beforeEach(() => {
  gitaly = newRepository();
  base = gitaly.commit('Begin', { a: '1\n' });
  gitaly.git('checkout', '--quiet', '-b', 'side');
  leak = gitaly.commit('Leak', { leak: '1\n' });
  gitaly.commit('More', { more: '1\n' });
  gitaly.git('checkout', '--quiet', 'master');
  gitaly.commit('Meanwhile', { b: '1\n' });
  gitaly.git('merge', '--quiet', '--no-ff', '-m', "Merge branch 'side'", 'side');
  merge = gitaly.at('HEAD');
});

async function isVetoed(sha: Sha, candidate: Sha): Promise<boolean> {
  const { vetoIn } = readObjections({ components: componentsWith(), forge: gitForge({ 'org/gitaly': gitaly }) as Forge });
  return (await vetoIn([{ sha, by: 'kim', reason: 'leaks', since: '2026-01-01T00:00:00Z' }], { candidate, source: 'org/gitaly' })) !== undefined;
}

function revert(...args: readonly string[]): Sha {
  gitaly.git('revert', '--no-edit', ...args);
  return gitaly.at('HEAD');
}

it('is met by whatever has merged the vetoed commit', async () => {
  expect(await isVetoed(leak, merge)).toBe(true);
  expect(await isVetoed(merge, merge)).toBe(true);
  expect(await isVetoed(merge, leak)).toBe(false);
});

it('is met no more once its merge is reverted, also where that is told of the merge only', async () => {
  const out = revert('-m', '1', merge);
  expect(await isVetoed(leak, out)).toBe(false);
  expect(await isVetoed(merge, out)).toBe(false);
  // What was there before that merge is still there.
  expect(await isVetoed(base, out)).toBe(true);
  expect(await isVetoed(leak, revert(out))).toBe(true);
});

it('is still met where another merge was reverted', async () => {
  gitaly.git('checkout', '--quiet', '-b', 'other');
  gitaly.commit('Other', { other: '1\n' });
  gitaly.git('checkout', '--quiet', 'master');
  gitaly.git('merge', '--quiet', '--no-ff', '-m', "Merge branch 'other'", 'other');
  expect(await isVetoed(leak, revert('-m', '1', 'HEAD'))).toBe(true);
});

it('is met by a pick of the vetoed commit, until that is reverted, too', async () => {
  gitaly.git('checkout', '--quiet', '-b', '12-9-stable', base);
  gitaly.git('cherry-pick', '-x', leak);
  const picked = gitaly.at('HEAD');
  expect(await isVetoed(leak, picked)).toBe(true);
  expect(await isVetoed(leak, revert(picked))).toBe(false);
  // Landed once more, by a pick of what was reverted.
  gitaly.git('checkout', '--quiet', 'master');
  revert('-m', '1', merge);
  gitaly.git('cherry-pick', '-x', leak);
  expect(await isVetoed(leak, gitaly.at('HEAD'))).toBe(true);
});
