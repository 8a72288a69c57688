import { describe, expect, it } from 'vitest';
import { changes } from '../../client/release/changes.ts';
import { matching } from '../../client/release/release.ts';
import { commandFor } from '../../domain/people/call.ts';
import { statusText } from '../../client/release/status-text.ts';
import type { ReleaseStatus } from '../../domain/release/status.ts';
import { shaOf } from '../shas.ts';

const candidate = shaOf('c');

const waiting: ReleaseStatus = {
  release: 'release/gitaly/from-aaaaaaaaaaaa',
  component: 'gitaly',
  state: 'approval',
  candidate,
  pinned: shaOf('a'),
  pullRequest: { number: 7, url: 'https://forge/pull/7' },
  stages: [
    { name: 'staging', environment: 'staging', mark: 'done', since: '2026-01-01T10:00:00Z', url: 'https://forge/runs/1' },
    { name: 'production', environment: 'production', mark: 'approval', since: '2026-01-01T11:00:00Z' },
  ],
  waitingFor: {
    what: 'approval of production',
    since: '2026-01-01T11:00:00Z',
    whom: ['alice', 'bob'],
    send: [{ message: 'approve', payload: { stage: 'production', by: 'alice', sha: candidate } }],
  },
  undone: [],
  stays: ['#7 is merged'],
  owed: [],
  decisions: [],
  refused: [],
};

describe('the status of a release', () => {
  it('shows stages, what it waits for, and what to type next', () => {
    const text = statusText(waiting, { now: Date.parse('2026-01-01T12:30:00Z'), link: 'http://ui/release' });
    expect(text.split('\n')).toEqual([
      'release/gitaly/from-aaaaaaaaaaaa: approval',
      'candidate cccccccccccc, from aaaaaaaaaaaa',
      'pull request #7 https://forge/pull/7',
      '  staging     staging     ✓ done                2 h 30 min  https://forge/runs/1',
      '  production  production  ? waits for approval  1 h 30 min',
      'waiting for approval of production by alice, bob, for 1 h 30 min',
      `  slipway approve release/gitaly/from-aaaaaaaaaaaa --stage production --by <you> --sha ${candidate}`,
      'stays: #7 is merged',
      'http://ui/release',
    ]);
  });

  it('quotes what a shell would take apart', () => {
    expect(commandFor('release/gitaly', { message: 'reject', payload: { reason: "it's late" } })).toBe(String.raw`slipway reject release/gitaly --reason 'it'\''s late'`);
  });
});

describe('the changes of a release', () => {
  it('are everything at the first look', () => {
    expect(changes(undefined, waiting)).toEqual([
      'carries cccccccccccc',
      'pull request #7 https://forge/pull/7',
      'staging: ✓ done https://forge/runs/1',
      'production: ? waits for approval',
      'waiting for approval of production by alice, bob',
    ]);
  });

  it('are nothing when nothing has changed', () => {
    expect(changes(waiting, structuredClone(waiting))).toEqual([]);
  });

  it('tell of decisions, refusals and what was taken back, once', () => {
    const at = '2026-01-01T12:00:00Z';
    const after: ReleaseStatus = {
      ...waiting,
      decisions: [{ message: 'reject', stage: 'production', by: 'bob', reason: 'the incident', at }],
      refused: [{ message: 'approve', why: 'eve may not', at }],
      undone: ['the pull request'],
      owed: ['take back the branch'],
    };
    expect(changes(waiting, after)).toEqual([
      'reject of production by bob: the incident',
      'approve was not accepted: eve may not',
      'taken back: the pull request',
      'still to do by hand: take back the branch',
    ]);
    expect(changes(after, after)).toEqual([]);
  });

  it('tell of the newest refusals when the list was cut at its start', () => {
    const refused = Array.from({ length: 51 }, (_, n) => ({ message: 'approve', why: `no ${n}`, at: '' }));
    expect(changes({ ...waiting, refused: refused.slice(0, 50) }, { ...waiting, refused: refused.slice(1) })).toEqual(['approve was not accepted: no 50']);
  });
});

describe('a release is meant by', () => {
  const running = [
    ...['release/gitaly/from-1a2b3c', 'release/gitaly-agent/from-1a9f', 'release/monitor/from-77', 'release/monitor/from-78'],
    ...['flag/gitaly/gitaly_x', 'flag/gitaly/gitaly_x_more', 'flag/kas/kas_new', 'schemas/migrator/v5.3.4444', 'schemas/monitor/v1.2.3'],
  ];
  it.each([
    ['release/gitaly/from-1a2b3c', ['release/gitaly/from-1a2b3c']],
    ['gitaly', ['release/gitaly/from-1a2b3c']],
    ['gitaly/from-1a2', ['release/gitaly/from-1a2b3c']],
    ['from-1a9', ['release/gitaly-agent/from-1a9f']],
    ['1a2b', ['release/gitaly/from-1a2b3c']],
    ['1a', ['release/gitaly/from-1a2b3c', 'release/gitaly-agent/from-1a9f']],
    ['monitor', ['release/monitor/from-77', 'release/monitor/from-78', 'schemas/monitor/v1.2.3']],
    ['release/monitor', ['release/monitor/from-77', 'release/monitor/from-78']],
    ['schemas/monitor', ['schemas/monitor/v1.2.3']],
    ['mon', ['release/monitor/from-77', 'release/monitor/from-78', 'schemas/monitor/v1.2.3']],
    ['migrator', ['schemas/migrator/v5.3.4444']],
    ['v5.3.4444', ['schemas/migrator/v5.3.4444']],
    ['v5.3', ['schemas/migrator/v5.3.4444']],
    ['gitaly_x', ['flag/gitaly/gitaly_x']],
    ['gitaly/gitaly_x', ['flag/gitaly/gitaly_x']],
    ['kas', []],
    ['kas_', []],
    ['sourcegraph', []],
  ])('%s: %j', (given, meant) => {
    expect(matching(given, running)).toEqual(meant);
  });
});
