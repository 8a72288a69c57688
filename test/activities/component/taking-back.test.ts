import { execFileSync } from 'node:child_process';
import { beforeEach, expect, it } from 'vitest';
import { createTakingBack } from '../../../activities/component/taking-back.ts';
import type { Sha } from '../../../domain/code/commit.ts';
import type { Forge } from '../../../ports/forge/forge.ts';
import { newRepository } from '../../ports/git/repositories.ts';
import type { TestRepository } from '../../ports/git/repositories.ts';
import { gitForge } from '../git-forge.ts';
import { pinnedGitaly } from './pinned-gitaly.ts';

let gitaly: TestRepository;
let product: TestRepository;
let first: Sha;
let second: Sha;

beforeEach(() => {
  [gitaly, product] = [newRepository(), newRepository()];
  first = gitaly.commit('First');
  second = gitaly.commit('Second');
  product.commit('Begin', { 'app.rb': '0\n' });
});

const pin = (sha: Sha) => product.commit(`Pin ${sha}`, { GITALY_SERVER_VERSION: `${sha}\n` });
/** As a pull request brings it. */
function mergePin(sha: Sha): void {
  product.git('checkout', '--quiet', '-b', 'release');
  pin(sha);
  product.git('checkout', '--quiet', 'master');
  product.git('merge', '--quiet', '--no-ff', '-m', 'Merge pull request', 'release');
  product.git('branch', '--quiet', '-D', 'release');
}
/** What the product's own people do, without a work tree. */
function develop(commits: number): void {
  const stream = Array.from({ length: commits }, (_, n) => `commit refs/heads/master\ncommitter Ann <ann@example.com> ${1_600_000_000 + n} +0000\ndata 3\nDev\n${n === 0 ? 'from refs/heads/master^0\n' : ''}M 644 inline app.rb\ndata ${String(n).length + 1}\n${n}\n\n`).join('');
  execFileSync('git', ['fast-import', '--quiet', '--force'], { cwd: product.folder, input: stream });
  product.git('reset', '--quiet', '--hard', 'master');
}
function planBack(request: object = {}) {
  const forge = gitForge({ 'org/gitaly': gitaly, 'org/product': product }) as Forge;
  return createTakingBack({ catalog: { read: async () => pinnedGitaly }, forge }).planBack({ component: 'gitaly', by: 'kim', reason: 'it leaks', ...request });
}

it('goes back to what was pinned before, on a branch of its own, however much the product has developed since', async () => {
  mergePin(first);
  mergePin(second);
  const set = product.at('HEAD^2');
  develop(120);
  expect(await planBack()).toMatchObject({ id: `back/gitaly/from-${set.slice(0, 12)}`, candidate: first, pinned: second, isBack: true, stages: [], pin: { head: 'release/gitaly-back' } });
});

it('passes over what pins the same once more', async () => {
  mergePin(first);
  pin(second);
  product.commit('Pin it in other words', { GITALY_SERVER_VERSION: `${second}` });
  develop(3);
  expect(await planBack()).toMatchObject({ candidate: first, pinned: second });
});

it('goes to what somebody names, and nowhere where nothing is known to have been pinned before', async () => {
  mergePin(second);
  expect(await planBack({ to: first })).toMatchObject({ candidate: first });
  await expect(planBack()).rejects.toMatchObject({ type: 'InvalidInput', message: expect.stringContaining('nothing else was pinned in the last') });
  await expect(planBack({ from: first })).rejects.toMatchObject({ type: 'Conflict', message: `${second} is pinned by now, and not ${first}: it stays` });
});

it('goes to nothing that comes after what is pinned', async () => {
  mergePin(second);
  mergePin(first);
  await expect(planBack()).rejects.toMatchObject({ type: 'InvalidInput', message: `${second} does not come before ${first}, which is pinned: to go forward, release it` });
});
