import { describe, expect, it } from 'vitest';
import { voidedPulls } from '../../../domain/promotion/production/net-changes.ts';
import { judgeOrigin } from '../../../domain/promotion/production/origin.ts';
import type { OriginFacts } from '../../../domain/promotion/production/origin.ts';
import { ticketsOf } from '../../../domain/promotion/production/tickets.ts';
import { qaNotes } from '../../../domain/promotion/qa.ts';
import type { QaQuestion } from '../../../domain/promotion/qa.ts';
import { shaOf } from '../../shas.ts';

const image = { tag: 'monitor:ccccccc', digest: 'sha256:1' };
const facts: OriginFacts = { candidate: shaOf('c'), tagged: shaOf('c'), isOnBranch: true, branch: 'main', repository: 'org/app', stage: { kind: 'reported' }, image };
const judged = (changes: Partial<OriginFacts>, isLate = false) => judgeOrigin({ ...facts, ...changes }, { isLate });

describe('the commit of a production release', () => {
  it('is sound on the branch, with its image, once stage has reported it', () => {
    expect(judged({})).toEqual({ kind: 'sound', digest: 'sha256:1', told: 'ccccccc is on main, and stage has reported it: sha256:1' });
  });

  it.each<[string, Partial<OriginFacts>, string]>([
    ['whose tag stands elsewhere', { tagged: shaOf('d') }, 'its tag stands on ddddddd'],
    ['of another branch, or of a main that was rewritten', { isOnBranch: false }, 'is not on main of org/app'],
  ])('is refused %s, however long one waits', (_, changes, reason) => {
    expect(judged(changes)).toMatchObject({ kind: 'refused', reason: expect.stringContaining(reason) });
  });

  it('of another branch needs a reason', () => {
    expect(judged({ isOnBranch: false, exception: 'the site is down' })).toMatchObject({ kind: 'sound', told: expect.stringContaining('the site is down') });
  });

  it.each<[string, Partial<OriginFacts>]>([
    ['without an image', { image: { tag: 'monitor:ccccccc' } }],
    ['that stage has not reported', { stage: { kind: 'missing', runs: shaOf('a') } }],
  ])('is waited for %s, and refused when that takes too long', (_, changes) => {
    expect(judged(changes)).toBeUndefined();
    expect(judged(changes, true)).toMatchObject({ kind: 'refused' });
  });

  it('is asked about where stage has run another image of it, or was not seen to run it', () => {
    expect(judged({ stage: { kind: 'reported', digest: 'sha256:2' } })).toMatchObject({ kind: 'doubtful', why: expect.stringContaining('stage ran sha256:2') });
    expect(judged({ stage: { kind: 'passed', runs: shaOf('d') } })).toMatchObject({ kind: 'doubtful', why: expect.stringContaining('runs ddddddd, which contains it') });
  });
});

describe('what a release brings, net of reverts', () => {
  const commit = (digit: string, title: string, body = '') => ({ sha: shaOf(digit), parents: [], title, body });
  const pull = (number: number, digit: string, title: string, more: { branch?: string; body?: string } = {}) => ({ number, title, branch: 'b', body: '', commits: [shaOf(digit)], ...more });

  it('leaves out what was taken back, and what took it back', () => {
    const commits = [commit('1', 'MNTOR-1: one (#1)'), commit('2', 'MNTOR-2: two (#2)'), commit('3', 'Revert "MNTOR-1: one" (#3)')];
    const pulls = [pull(1, '1', 'MNTOR-1: one'), pull(2, '2', 'MNTOR-2: two'), pull(3, '3', 'Revert "MNTOR-1: one"', { branch: 'revert-1-b', body: 'Reverts org/app#1' })];
    expect([...voidedPulls(commits, pulls)].toSorted((a, b) => a - b)).toEqual([1, 3]);
  });

  it('keeps what came back by a revert of its revert', () => {
    const commits = [commit('1', 'MNTOR-1: one (#1)'), commit('3', 'Revert "MNTOR-1: one" (#3)'), commit('4', 'Reapply "MNTOR-1: one" (#4)')];
    const pulls = [pull(1, '1', 'MNTOR-1: one'), pull(3, '3', 'Revert "MNTOR-1: one"', { body: 'Reverts org/app#1' }), pull(4, '4', 'Reapply "MNTOR-1: one"', { body: 'Reverts org/app#3' })];
    expect([...voidedPulls(commits, pulls)].toSorted((a, b) => a - b)).toEqual([3, 4]);
  });

  it('keeps a revert of what production has, and one that takes back more than this', () => {
    expect([...voidedPulls([commit('3', 'Revert "Old" (#3)')], [pull(3, '3', 'Revert "Old"', { body: 'Reverts org/app#1' })])]).toEqual([]);
    const commits = [commit('1', 'One (#11)'), commit('3', 'Revert two (#13)')];
    const pulls = [pull(11, '1', 'One'), pull(13, '3', 'Revert two', { body: 'Reverts org/app#11\nReverts org/app#2' })];
    expect([...voidedPulls(commits, pulls)]).toEqual([11]);
  });
});

it('moves the tickets that are certain, and asks about those that only a title or only a branch names', () => {
  const item = { name: '#1', title: 't', url: 'u' };
  const items: QaQuestion[] = [
    { item, found: { kind: 'keyed', keys: ['MNTOR-1', 'MNTOR-2'] } },
    { item: { ...item, name: '#2' }, found: { kind: 'disagreeing', title: ['MNTOR-2'], branch: ['MNTOR-3'] } },
    { item: { ...item, name: '#3' }, found: { kind: 'none' } },
  ];
  expect(ticketsOf(items)).toEqual({ certain: ['MNTOR-1', 'MNTOR-2'], unsure: [{ key: 'MNTOR-3', why: 'the title of #2 names MNTOR-2, its branch MNTOR-3' }] });
});

it('keeps the notes of a release of sixty pull requests within what a message holds, and mentions nobody', () => {
  const items = Array.from({ length: 60 }, (_, index) => ({ name: `#${index}`, title: `${'@team '.repeat(30)}`, url: 'u', author: 'ann' }));
  const notes = qaNotes(items, '2024.08.29', 2_500);
  expect(notes.length).toBeLessThanOrEqual(2_500);
  expect(notes).not.toMatch(/@team/);
});

