import { expect, it } from 'vitest';
import { afterLook, afterMerge } from '../../../domain/changes/life.ts';
import type { Life, MergeAnswer, Obstacle, Seen, ChangeStep } from '../../../domain/changes/life.ts';
import { shaOf } from '../../shas.ts';

const sha = shaOf('a');
const failed = [{ name: 'rspec' }];
const known = (obstacle: Obstacle, attempt = 1): Life => ({ attempt, known: obstacle });
const first: Life = { attempt: 1 };
const lost: Seen = { kind: 'ejected', reason: 'it is not shown there', byChecks: false, isLost: true, failed: [] };
const ejected = (byChecks: boolean): Seen => ({ kind: 'ejected', reason: 'failed checks', byChecks, failed });

it.each<[string, Life, Seen, ChangeStep]>([
  ['is merged when it is green', first, { kind: 'green' }, { do: 'merge' }],
  ['has what failed run again, once', first, { kind: 'red', failed }, { do: 'rerun', failed }],
  ['is diagnosed when it fails twice', { attempt: 2 }, { kind: 'red', failed }, { do: 'diagnose', failed }],
  ['is told of when nothing reports', first, { kind: 'unreported', missing: ['rspec'] }, { do: 'tell', missing: ['rspec'], running: [] }],
  ['ends when somebody has closed it', first, { kind: 'closed', by: 'kim' }, { do: 'stop', reason: { kind: 'closed', by: 'kim' } }],
  ['makes room for a new one when it conflicts', first, { kind: 'conflict' }, { do: 'renew', why: 'it conflicts with its base' }],
  ['makes room for a new one when its base is mended', known({ kind: 'brokenBase', failed: ['rspec'] }), { kind: 'baseFixed' }, { do: 'renew', why: 'its base is green again' }],
  ['is brought up to date', known({ kind: 'behind' }), { kind: 'behind', base: sha }, { do: 'update', base: sha }],
  ['is tried once more by a queue whose checks threw it out', known({ kind: 'queued', time: 1 }), ejected(true), { do: 'enqueue', time: 2 }],
  ['is for people when they threw it out twice', known({ kind: 'queued', time: 2 }), ejected(true), { do: 'ask', reason: 'failed checks', failed }],
  ['enters a queue again that never showed it', known({ kind: 'queued', time: 1 }), lost, { do: 'enqueue', time: 2 }],
  ['is for people when the queue has swallowed it twice', known({ kind: 'queued', time: 2 }), lost, { do: 'ask', reason: 'it is not shown there', failed: [] }],
  ['is for people when a person took it out', known({ kind: 'queued', time: 1 }), ejected(false), { do: 'ask', reason: 'failed checks', failed }],
])('a pull request %s', (_, life, seen, step) => expect(afterLook(life, seen)).toEqual(step));

it.each<[string, Life, MergeAnswer, ChangeStep]>([
  ['has ended when it is merged', first, { kind: 'merged', sha }, { do: 'end', sha }],
  ['is looked at when its head has moved', first, { kind: 'moved' }, { do: 'look' }],
  ['is looked at when it conflicts', first, { kind: 'conflicts', reason: 'dirty' }, { do: 'look' }],
  ['is reviewed by us first', first, { kind: 'unreviewed', reason: 'a review is missing' }, { do: 'review', by: 'us' }],
  ['is reviewed by people when ours was not enough', known({ kind: 'unreviewed' }), { kind: 'unreviewed', reason: 'a review is missing' }, { do: 'review', by: 'people' }],
  ['has to contain its base when the forge says so', first, { kind: 'behind', reason: 'out of date' }, { do: 'look', known: { kind: 'behind' } }],
  ['goes through a queue where there is one', first, { kind: 'queueRequired', reason: 'queue' }, { do: 'enqueue', time: 1 }],
  ['ends when somebody has closed it', first, { kind: 'closed', by: 'kim' }, { do: 'stop', reason: { kind: 'closed', by: 'kim' } }],
  ['ends when it has brought something else', first, { kind: 'otherwise', reason: 'another version' }, { do: 'stop', reason: { kind: 'mergedOtherwise', reason: 'another version' } }],
  ['is for people, and tried again, when nothing explains why', first, { kind: 'refused', reason: 'draft' }, { do: 'hold', obstacle: { kind: 'refused', reason: 'draft', isBlocked: false } }],
])('a merge %s', (_, life, answer, step) => expect(afterMerge(life, answer)).toEqual(step));
