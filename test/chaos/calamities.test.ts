import { expect, it } from 'vitest';
import { asSha } from '../../domain/code/commit.ts';
import type { ReleaseStatus } from '../../domain/release/status.ts';
import { disorderIn } from '../crash/order.ts';
import { scenes, trialOf } from './calamities.ts';
import type { Past } from './life.ts';
import { faultsOf } from './verdict.ts';
import type { Aftermath } from './verdict.ts';

const id = 'release/gitaly/from-aaaaaaaaaaaa';
const candidate = asSha('c'.repeat(40));
const deployed = 'd'.repeat(12);
const keys = [
  'pull gitlab-org/gitlab release/gitaly→master',
  `message #gitaly_alerts ${id}/7`,
  `message #gitaly_alerts ${id}/7/opened`,
  'merge gitlab-org/gitlab#7',
  `dispatch gitlab-org/gitlab deploy.yml ${id}/staging/${deployed}`,
  `deployment gitlab-org/gitlab canary ${id}/canary/${deployed}`,
  `dispatch gitlab-org/gitlab deploy.yml ${id}/production/${deployed}`,
];
const swapped = (one: number, other: number) => keys.with(one, keys[other]!).with(other, keys[one]!);
const asEffects = (some: readonly string[]) => some.map((key) => ({ key, nth: 1 }));

it('has the same trial by the same seed, and another one by another', () => {
  expect(trialOf(7)).toEqual(trialOf(7));
  expect(trialOf(7).calamities).not.toEqual(trialOf(8).calamities);
  const trials = Array.from({ length: 50 }, (_, seed) => trialOf(seed));
  expect(new Set(trials.flatMap(({ calamities }) => calamities.map(({ kind }) => kind)))).toEqual(new Set(['kill', 'freeze', 'freezeSending', 'server', 'answer']));
  expect(new Set(trials.slice(0, 4).map(({ scene }) => scene))).toEqual(new Set(scenes));
});

it('finds order in what went as it is to go', () => {
  expect(disorderIn(keys)).toEqual([]);
});

it.each([
  ['production before canary', 5, 6],
  ['a stage before the merge', 3, 4],
  ['a reply before its thread', 1, 2],
])('sees %s', (_, one, other) => {
  expect(disorderIn(swapped(one, other))).not.toEqual([]);
});

const stages = ['staging', 'canary', 'production'];
const status = { ending: 'released', state: 'ended', owed: [] } as unknown as ReleaseStatus;
const release: Past = { id, component: 'gitaly', meant: 'released', outcome: { kind: 'released', candidate, stages }, status, approvedAfter: 6 };
const lease = { environment: 'production', queue: [], runs: [{ component: 'gitaly', candidate, sha: deployed }] };

function aftermath(changes: Partial<Aftermath> = {}, ofRelease: Partial<Past> = {}): Aftermath {
  return {
    releases: [{ ...release, ...ofRelease }],
    effects: asEffects(keys),
    snapshot: { repositories: { 'gitlab-org/gitlab': { refs: {}, pulls: [{ state: 'closed' }] } } } as unknown as Aftermath['snapshot'],
    leases: [lease],
    running: stages.map((environment) => ({ environment, sha: deployed, pins: { gitaly: candidate, monitor: 'any' } })),
    sentLate: [],
    ...changes,
  };
}

const twice = { effects: [...asEffects(keys), { key: keys[6]!, nth: 2 }] };
const sentLate = ['POST /w/t1/api/v3/repos/gitlab-org/gitlab/actions/workflows/deploy.yml/dispatches'];

it('finds nothing wrong where nothing is', () => {
  expect(faultsOf(aftermath())).toEqual([]);
});

it('lets a frozen worker send what it had asked for, if what it has dispatched is called off', () => {
  expect(faultsOf(aftermath({ effects: [...twice.effects, ...asEffects([keys[6]!.replace('dispatch', 'cancel')])], sentLate }))).toEqual([]);
});

it.each<[what: string, Aftermath]>([
  ['production before its approval', aftermath({}, { approvedAfter: 7 })],
  ['a second dispatch', aftermath(twice)],
  ['a second dispatch by a frozen worker, which goes on', aftermath({ ...twice, sentLate })],
  ['a second pull request', aftermath({ effects: [...asEffects(keys), { key: keys[0]!, nth: 2 }] })],
  ['an environment that is not given back', aftermath({ leases: [{ ...lease, holder: id }] })],
  ['an environment that runs something else than it is known to', aftermath({ leases: [{ ...lease, runs: [{ component: 'gitaly', candidate: 'older', sha: deployed }] }] })],
  ['an outcome that is another', aftermath({}, { outcome: { kind: 'mergeRefused', reason: 'x', undone: [], stays: [], owed: [] } })],
  ['a status that says something else', aftermath({}, { status: { ...status, ending: 'rejected' } })],
  ['what is owed', aftermath({}, { status: { ...status, owed: ['the branch'] } })],
  ['a stage that was left out', aftermath({ effects: asEffects(keys.toSpliced(5, 1)) }, { approvedAfter: 5 })],
])('sees %s', (_, wrong) => {
  expect(faultsOf(wrong)).not.toEqual([]);
});
