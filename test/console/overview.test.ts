import { expect, it } from 'vitest';
import { overviewOf } from '../../console/overview.ts';
import { board, now, waiting } from './board-of.ts';

const layout = { environments: ['staging', 'canary', 'production'], components: ['monitor', 'gitaly'] };
const overview = overviewOf(board, layout, now);

it('has a column for each environment in the order of the catalog, and after them those that it does not know', () => {
  expect(overview.environments).toEqual([
    { name: 'staging', isFrozen: false, notes: [] },
    { name: 'canary', isFrozen: false, notes: [] },
    { name: 'production', isFrozen: true, notes: ['frozen by kim: the incident'] },
    { name: 'west', isFrozen: false, notes: ['does not answer'] },
  ]);
});

it('says of each component what runs there, and what waits behind it for whom', () => {
  expect(overview.rows.map(({ component }) => component)).toEqual(['monitor', 'gitaly']);
  const [staging, canary, production] = overview.rows[1]!.cells;
  expect(staging).toEqual({ runs: { candidate: 'cccccccccccc', for: '3 h', release: waiting.release }, behind: [] });
  expect(canary).toEqual({ behind: [] });
  expect(production).toEqual({
    runs: { candidate: 'aaaaaaaaaaaa', for: '1 d', release: 'release/gitaly/from-0' },
    behind: [{ release: waiting.release, what: 'cccccccccccc waits for approval of production, for 3 h: 3 commits since aaaaaaaaaaaa, which production runs', whom: 'alice, bob' }],
  });
});

it('has what has not come to an environment by itself', () => {
  expect(overview.elsewhere).toEqual([{ release: 'versions/gitaly/1.2.3', what: '1.2.3 pipeline' }]);
});

it('names what does not move, and why', () => {
  expect(overview.standing.map(({ what, why }) => `${what}: ${why}`)).toEqual([
    'west: does not answer: is a worker running?',
    'monitor: halted by ana: leaks',
    'release/silent/from-3: does not answer: is a worker running?',
    'release/gitaly/from-1: waits for approval of production by alice, bob, for 3 h',
    'update/monitor-1: failed 1 h ago: the token has expired',
  ]);
});

it('lets what waits for a machine, or has only begun to wait, stand nowhere', () => {
  const fresh = { ...waiting, waitingFor: { what: 'approval of production', since: '2026-01-02T11:59:00Z', whom: ['alice'] } };
  expect(overviewOf({ environments: [], components: [], moving: [{ id: fresh.release, status: fresh }] }, layout, now).standing).toEqual([]);
});
