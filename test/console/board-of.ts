import type { Board } from '../../client/inspection/board-text.ts';
import { newComponent } from '../../domain/component/component-record.ts';
import type { EnvironmentStatus } from '../../domain/environments/environment.ts';
import type { ReleaseStatus } from '../../domain/release/status.ts';
import { shaOf } from '../shas.ts';

export const now = Date.parse('2026-01-02T12:00:00Z');

const empty = { stages: [], undone: [], stays: [], owed: [], decisions: [], refused: [] };

/** A release that waits for its approval. */
export const waiting: ReleaseStatus = {
  ...empty,
  release: 'release/gitaly/from-1',
  component: 'gitaly',
  state: 'approval',
  candidate: shaOf('c'),
  stages: [
    { name: 'staging', environment: 'staging', mark: 'done', since: '2026-01-02T10:00:00Z', url: 'https://forge.test/runs/1' },
    { name: 'production', environment: 'production', mark: 'approval', since: '2026-01-02T09:00:00Z', url: 'javascript:alert(1)' },
  ],
  waitingFor: {
    what: 'approval of production',
    brings: '3 commits since aaaaaaaaaaaa, which production runs',
    since: '2026-01-02T09:00:00Z',
    whom: ['alice', 'bob'],
    send: [{ message: 'approve', payload: { stage: 'production', by: 'your-login', sha: shaOf('c') } }],
  },
  decisions: [{ message: 'pause', by: '<b>kim</b>', at: '2026-01-02T08:00:00Z', reason: 'lunch & "more"' }],
};

function placeOf(environment: string, rest: Partial<EnvironmentStatus> = {}): EnvironmentStatus {
  return { environment, fence: 0, queue: [], windows: [], followers: [], refused: [], deployed: {}, ...rest };
}

export const board: Board = {
  environments: [
    placeOf('production', {
      deployed: { gitaly: { candidate: shaOf('a'), sha: shaOf('d'), release: 'release/gitaly/from-0', since: '2026-01-01T12:00:00Z' } },
      frozen: { reason: 'the incident', by: 'kim' },
    }),
    placeOf('staging', { deployed: { gitaly: { candidate: shaOf('c'), sha: shaOf('e'), release: waiting.release, since: '2026-01-02T09:00:00Z' } } }),
    { environment: 'west', silent: true },
  ],
  components: [{ ...newComponent('monitor'), halt: { by: 'ana', reason: 'leaks', since: '2026-01-02T11:00:00Z' } }],
  moving: [
    { id: waiting.release, status: waiting },
    { id: 'versions/gitaly/1.2.3', status: { ...empty, release: 'versions/gitaly/1.2.3', component: 'gitaly', state: 'pipeline', version: '1.2.3' } },
    { id: 'release/silent/from-3' },
  ],
  failed: [{ workflow: 'updateComponent', component: 'monitor', id: 'update/monitor-1', at: '2026-01-02T11:00:00Z', why: 'the token has expired' }],
};
