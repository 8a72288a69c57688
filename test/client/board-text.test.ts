import { expect, it } from 'vitest';
import { boardText } from '../../client/inspection/board-text.ts';
import { newComponent } from '../../domain/component/component-record.ts';
import type { ComponentRecord } from '../../domain/component/component-record.ts';
import type { EnvironmentStatus } from '../../domain/environments/environment.ts';
import type { ReleaseStatus } from '../../domain/release/status.ts';
import { shaOf } from '../shas.ts';

const now = Date.parse('2026-01-02T12:00:00Z');
const candidate = shaOf('c');

const nobody = { stages: [], undone: [], stays: [], owed: [], decisions: [], refused: [] };
const waiting: ReleaseStatus = {
  ...nobody,
  release: 'release/gitaly/from-1',
  component: 'gitaly',
  state: 'approval',
  candidate,
  waitingFor: {
    what: 'approval of production',
    since: '2026-01-02T11:30:00Z',
    whom: ['alice', 'bob'],
    send: [{ message: 'approve', payload: { stage: 'production', by: 'alice', sha: candidate } }, { message: 'reject', payload: { stage: 'production', by: 'alice' } }],
  },
};
const production: EnvironmentStatus = {
  environment: 'production',
  fence: 3,
  queue: [],
  windows: [],
  followers: [],
  refused: [],
  deployed: {
    gitaly: { candidate: shaOf('a'), sha: shaOf('d'), release: 'release/gitaly/from-0', since: '2026-01-01T12:00:00Z' },
    monitor: { candidate: shaOf('b'), sha: shaOf('d'), release: 'release/monitor/from-0', since: '2026-01-02T09:00:00Z' },
  },
  frozen: { reason: 'the incident', by: 'kim' },
};

it('is one page', () => {
  const soaking: ReleaseStatus = { ...nobody, release: 'release/monitor/from-2', component: 'monitor', state: 'soaking', paused: { by: 'kim', since: '2026-01-02T11:00:00Z' } };
  const staging: EnvironmentStatus = { environment: 'staging', fence: 0, queue: [], windows: [], followers: [], refused: [], deployed: {} };
  const moving = [{ id: waiting.release, status: waiting }, { id: soaking.release, status: soaking }, { id: 'release/silent/from-3' }];
  const [since, later] = ['2026-01-02T11:00:00Z', '2026-01-03T00:00:00Z'];
  const gitaly: ComponentRecord = { ...newComponent('gitaly'), halt: { by: 'kim', reason: 'an\nincident', until: later, since }, vetoes: [{ sha: candidate, by: 'ana', reason: 'leaks', since }, { sha: shaOf('d'), by: 'ana', reason: 'x', since, until: since }] };
  const components = [gitaly, newComponent('migrator'), { component: 'monitor', silent: true as const }];
  expect(boardText({ environments: [production, staging, { environment: 'west', silent: true }], components, moving }, now)).toBe(`What is where
  production  gitaly                 aaaaaaaaaaaa  for 1 d  frozen by kim: the incident
              monitor                bbbbbbbbbbbb  for 3 h
  staging     nothing that is known
  west        does not answer
What is held back
  gitaly   halted by kim until 2026-01-03T00:00:00Z: an incident  for 1 h
  gitaly   cccccccccccc is vetoed by ana: leaks                   for 1 h
  monitor  does not answer whether it is halted
What moves
  release/gitaly/from-1   cccccccccccc  approval         approval of production, for 30 min
  release/monitor/from-2                paused by kim
  release/silent/from-3                 does not answer
Who waits for whom
  alice, bob  approval of production  release/gitaly/from-1  for 30 min
  slipway approve release/gitaly/from-1 --stage production --by <you> --sha ${candidate}`);
});

it('says so when there is nothing', () => {
  expect(boardText({ environments: [], components: [], moving: [] }, now)).toBe('What is where\n  no environment has been used yet\nWhat moves\n  nothing\nWho waits for whom\n  nobody');
});

it('names what has failed of late, where nothing has followed it', () => {
  const failed = [{ workflow: 'updateComponent', component: 'gitaly', id: 'update/gitaly-2026-01-02T11:00:00Z', at: '2026-01-02T11:00:01Z', why: 'The catalog has a mistake: slipway.yaml:7:3: …' }];
  expect(boardText({ environments: [], components: [], moving: [], failed }, now)).toMatch(/What has failed\n +update\/gitaly-2026-01-02T11:00:00Z +59 min 59 s ago +The catalog has a mistake/);
  expect(boardText({ environments: [], components: [], moving: [], failed: [] }, now)).not.toContain('failed');
});
