import { beforeEach, expect, it } from 'vitest';
import { createVersionLines } from '../../../activities/versions/lines.ts';
import { toldLines } from '../../../domain/versions/lines.ts';
import type { VersionLines } from '../../../domain/versions/lines.ts';
import type { Sha } from '../../../domain/code/commit.ts';
import type { Ports } from '../../../ports/ports.ts';
import { oneAttempt } from '../../ports/stand.ts';
import { name, versionStand } from './stand.ts';
import type { VersionStand } from './stand.ts';

let stand: VersionStand;
let released: Sha;

/** 12.9.1 is on 12-9-stable, with a pick after it; the default branch has a candidate of 12.10. */
beforeEach(() => {
  stand = versionStand();
  const { gitaly } = stand;
  const tag = (version: string) => gitaly.git('tag', '-a', '-m', version, `v${version}`);
  gitaly.commit('C', { c: '1\n' });
  gitaly.git('checkout', '--quiet', '-b', '12-9-stable');
  gitaly.commit('12.9.0', { VERSION: '12.9.0\n' });
  tag('12.9.0');
  released = gitaly.commit('12.9.1', { VERSION: '12.9.1\n' });
  tag('12.9.1');
  gitaly.commit('Picked', { picked: '1\n' });
  gitaly.git('checkout', '--quiet', 'master');
  gitaly.commit('12.10.0-rc1', { VERSION: '12.10.0-rc1\n' });
  tag('12.10.0-rc1');
  tag('12.10.0-rc20210223090520');
  gitaly.commit('D', { d: '1\n' });
  gitaly.commit('E', { e: '1\n' });
  stand.runs(released);
});

function list(owes: Readonly<Record<string, readonly string[]>> = {}): Promise<VersionLines> {
  const releases = {
    begun: async (prefix: string) => Object.keys(owes).filter((id) => id.startsWith(prefix)),
    isRunning: async (id: string) => !id.endsWith('12.8.0'),
    status: async (id: string) => ({ owes: owes[id]!.map((what) => ({ what, since: '2020-03-01T00:00:00Z' })) }),
  };
  return oneAttempt().run(createVersionLines({ ...stand.ports, releases } as unknown as Ports).listVersions, { component: 'gitaly' });
}

it('tells of each line its newest version, what has come since, and which of them production runs', async () => {
  const { lines, production, owed, repository } = await list();
  expect(lines).toMatchObject([
    { branch: 'master', newest: '12.10.0-rc1', unreleased: 2, isRunning: false },
    { branch: '12-9-stable', newest: '12.9.1', unreleased: 1, isRunning: true },
  ]);
  expect([production, owed, repository]).toEqual([{ environment: 'production', sha: released, version: '12.9.1' }, [], name]);
});

it('tells what releases that run still owe', async () => {
  const { owed } = await list({ 'version/gitaly/12.9.1': ['v12.9.1 on master'], 'version/gitaly/12.8.0': ['nothing any more'], 'backport/gitaly/queue': ['#7 on 12-9-stable'], 'version/kas/1.0.0': ['another'] });
  expect(owed.map(({ release, what }) => `${release}: ${what}`)).toEqual(['version/gitaly/12.9.1: v12.9.1 on master', 'backport/gitaly/queue: #7 on 12-9-stable']);
});

it('is a table and a few lines for people', async () => {
  const { rows, text } = toldLines(await list({ 'version/gitaly/12.9.1': ['v12.9.1 on master'] }));
  expect(rows.map((cells) => [cells[0], ...cells.slice(2)])).toEqual([
    ['branch', 'newest', 'unreleased', 'runs in'],
    ['master', '12.10.0-rc1', '2 since', ''],
    ['12-9-stable', '12.9.1', '1 since', 'production'],
  ]);
  expect(text).toEqual([`production runs ${released.slice(0, 12)}, which has 12.9.1`, 'version/gitaly/12.9.1 owes v12.9.1 on master since 2020-03-01T00:00:00Z']);
});

it('says so where nothing is known of production', async () => {
  stand.runs(undefined);
  const told = await list();
  expect([told.production, told.lines.some(({ isRunning }) => isRunning)]).toEqual([{ environment: 'production' }, false]);
  expect(toldLines(told).text).toEqual(['production runs nothing that is known', 'nothing is owed']);
});
