import { beforeEach, expect, it } from 'vitest';
import type { Sha } from '../../../domain/code/commit.ts';
import { createWhereabouts } from '../../../activities/inspection/whereabouts.ts';
import { toldWhereabouts } from '../../../domain/inspection/whereabouts.ts';
import { gitProgram } from '../../../ports/git/program.ts';
import type { Ports } from '../../../ports/ports.ts';
import { openWorld } from '../../worlds.ts';
import type { World } from '../../worlds.ts';
import { temporaryFolder } from '../../ports/git/repositories.ts';
import { forgeIn, oneAttempt, useSandbox } from '../../ports/stand.ts';
import { monitorCatalog, monitorOf, repository } from './monitor.ts';

const sandbox = useSandbox();
let world: World;
let monitor: ReturnType<typeof monitorOf>;

beforeEach(async () => {
  world = await openWorld(sandbox.url(), { scenario: 'monitor' });
  monitor = monitorOf(world);
  return () => world.close();
});

function where(change: { readonly pullRequest?: number; readonly sha?: Sha }) {
  const authorization = `Basic ${Buffer.from('x-access-token:bot-token').toString('base64')}`;
  const git = gitProgram({ folder: temporaryFolder(), timeoutMs: 20_000, remote: async (name) => ({ url: `${world.url}/git/${name}.git`, authorization }) });
  const { whereabouts } = createWhereabouts({ catalog: { read: async () => monitorCatalog() }, forge: forgeIn(world), git } as Ports);
  return oneAttempt().run(whereabouts, { component: 'monitor', ...change }) as ReturnType<typeof whereabouts>;
}

/** Names of days near those on which the sandbox's commits are made: today's. */
const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '.');

it('tells in which releases a pull request is, net of reverts of reverts', async () => {
  const { number, sha } = await monitor.merge('MNTOR-1: show the logo');
  await monitor.tag(day(0), sha);
  const revert = await monitor.merge('Revert "MNTOR-1: show the logo"', { branch: `revert-${number}-logo`, body: `Reverts ${repository}#${number}` });
  await monitor.tag(`${day(0)}.1`, revert.sha);
  const { sha: other } = await monitor.merge('MNTOR-2: something else');
  await monitor.tag(day(1), other);
  const again = await monitor.merge(`Reapply "MNTOR-1: show the logo"`, { method: 'merge' });
  await monitor.tag(day(2), again.sha);

  const found = await where({ pullRequest: number });
  expect(found).toMatchObject({ pullRequest: { number, state: 'merged' }, commit: { sha }, merged: true });
  expect(found.releases?.told).toBe(`in ${day(0)}, reverted in ${day(0)}.1 by #${revert.number}, back in ${day(2)}`);
  expect(toldWhereabouts(found)).toContain(found.releases?.told);
  expect((await where({ sha })).releases?.told).toBe(found.releases?.told);
  expect((await where({ pullRequest: again.number })).releases?.told).toBe(`in ${day(2)}`);
});

it('tells of a release that was made of another branch, too', async () => {
  const { number, sha } = await monitor.merge('MNTOR-1: show the logo');
  await monitor.tag(day(0), await monitor.branchOff('release'));
  expect((await where({ pullRequest: number })).releases).toEqual({ told: `in ${day(0)}` });
  expect(sha).toBe(await monitor.head());
});

it('tells that no release has it yet, and what an open one waits for', async () => {
  const { number } = await monitor.merge('MNTOR-1: show the logo');
  expect((await where({ pullRequest: number })).releases).toEqual({ told: 'in no release yet' });
});

it('names what it does not find', async () => {
  await expect(where({ pullRequest: 999 })).rejects.toMatchObject({ type: 'InvalidInput', message: `${repository} has no pull request #999` });
  const sha = await monitor.push('by hand');
  await expect(where({ sha })).rejects.toMatchObject({ type: 'InvalidInput', message: expect.stringContaining('by no pull request') });
});
