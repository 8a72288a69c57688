import { beforeEach, expect, it } from 'vitest';
import { createCutting } from '../../../activities/versions/cutting.ts';
import { createOwedChanges } from '../../../activities/versions/owed-changes.ts';
import type { VersionPlan } from '../../../domain/versions/plan.ts';
import { oneAttempt } from '../../ports/stand.ts';
import { versionStand } from './stand.ts';
import type { VersionStand } from './stand.ts';

const branch = 'slipway/merge-back-12.9.0';

let stand: VersionStand;
let plan: VersionPlan;

/** A version that is tagged, and that the default branch can't take: both have written the same line. */
beforeEach(async () => {
  stand = versionStand();
  stand.gitaly.commit('A', { VERSION: '12.8.0', 'CHANGELOG.md': '# Gitaly changelog\n' });
  git('tag', '-a', '-m', 'Version v12.8.0', 'v12.8.0');
  stand.runs(stand.gitaly.commit('C', { c: '1\n' }));
  plan = await stand.planned('12.9.0');
  await oneAttempt().run(createCutting({ git: stand.git }).cutVersion, plan);
  stand.gitaly.commit('D', { VERSION: '13.0.0' });
});

const git = (...args: readonly string[]) => stand.gitaly.git(...args);
const open = () => oneAttempt().run(createOwedChanges(stand.ports).openVersionChange, { plan, owes: 'mergeBack' as const, why: 'VERSION conflicts' }) as Promise<{ readonly number: number } | undefined>;

it('opens one pull request, from a branch that begins at the tagged commit, and finds it again', async () => {
  expect(await open()).toMatchObject({ number: 1 });
  expect(await open()).toMatchObject({ number: 1 });
  expect(git('rev-parse', branch)).toBe(plan.target);
  expect(stand.pulls).toMatchObject([{ head: branch, base: 'master' }]);
});

it('leaves what people have put onto its branch, and asks for that', async () => {
  git('branch', branch, plan.target);
  git('checkout', '-q', branch);
  const theirs = stand.gitaly.commit('Resolve it', { VERSION: '13.0.0' });
  git('checkout', '-q', 'master');
  expect(await open()).toMatchObject({ number: 1 });
  expect(git('rev-parse', branch)).toBe(theirs);
});

it("asks for nothing by a branch of that name that is somebody else's", async () => {
  git('checkout', '-q', '-b', branch, 'v12.8.0^{commit}');
  stand.gitaly.commit('Work', { 'work.go': 'package work' });
  git('checkout', '-q', 'master');
  await expect(open()).rejects.toMatchObject({ type: 'Conflict', message: expect.stringContaining(`branch ${branch} of gitlab-org/gitaly exists at`) });
  expect(stand.pulls).toEqual([]);
});

it('opens nothing where the default branch lacks nothing any more', async () => {
  git('merge', '-q', '-s', 'ours', '-m', 'Merge', plan.target);
  expect(await open()).toBeUndefined();
});
