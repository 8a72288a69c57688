import { expect, it } from 'vitest';
import type { Check, Demand } from '../../../domain/code/pipeline.ts';
import { judge } from '../../../domain/code/pipeline.ts';

const now = Date.parse('2026-01-01T12:00:00Z');
const ago = (minutes: number) => new Date(now - minutes * 60_000).toISOString();
const patience = 15 * 60_000;

const check = (name: string, state: Check['state']): Check => ({ name, state, url: `https://ci/${name}` });
const job = (label: string, state: Check['state'], minutes = 60): Check => {
  const [of, name] = label.split(' / ') as [string, string];
  return { name, of, state, since: ago(minutes) };
};
const context = (name: string, state: Check['state'], minutes: number): Check => ({ name, state, since: ago(minutes) });
const announced = (of: string, minutes: number): Check => ({ name: of, of, state: 'pending', announced: true, since: ago(minutes) });

it.each<[string, Check[], string[], object]>([
  ['is green when every check is', [check('test', 'green'), check('lint', 'green')], ['test'], { kind: 'green' }],
  ['is green when some were skipped', [check('test', 'green'), check('docs', 'skipped'), check('size', 'neutral')], [], { kind: 'green' }],
  ['is pending while one check runs, even if another is red', [check('test', 'red'), check('lint', 'pending')], [], { kind: 'pending', running: ['lint'], missing: [] }],
  ['is pending while a required check has not reported', [check('lint', 'green')], ['test'], { kind: 'pending', running: [], missing: ['test'] }],
  ['is pending while no check has reported', [], ['test'], { kind: 'pending', running: [], missing: ['test'] }],
  ['is pending while none has, though none is required', [], [], { kind: 'pending', running: [], missing: [] }],
  ['names what failed', [check('test', 'red'), check('lint', 'green')], [], { kind: 'red', failed: [{ name: 'test', url: 'https://ci/test' }] }],
  ['is red when a required check was skipped', [check('test', 'skipped'), check('lint', 'green')], ['test'], { kind: 'red', failed: [{ name: 'test', url: 'https://ci/test' }] }],
  ['is not green when all was skipped', [check('docs', 'skipped')], [], { kind: 'red', failed: [{ name: 'no check was run' }] }],
  ['is green when all that is required is, whatever another says', [check('test', 'green'), check('lint', 'red'), check('slow', 'pending')], ['test'], { kind: 'green' }],
  ['is red when one of two checks of a required name is', [job('ci.yml / test', 'green'), job('nightly.yml / test', 'red')], ['test'], { kind: 'red', failed: [{ name: 'test', of: 'nightly.yml' }] }],
  ['is green when the one is that is required by all of its name', [job('ci.yml / test', 'green'), job('nightly.yml / test', 'red')], ['ci.yml / test'], { kind: 'green' }],
  ['is green when of two checks of a required name one ran and one was skipped', [job('ci.yml / test', 'green'), job('docs.yml / test', 'skipped')], ['test'], { kind: 'green' }],
])('a pipeline %s', (_, checks, required, verdict) => {
  expect(judge(checks, { required }, now)).toEqual(expect.objectContaining(verdict));
});

it.each<[string, Check[], Partial<Demand>, object]>([
  ['is green without those that are ignored by name', [job('ci.yml / test', 'green'), job('ci.yml / lint', 'red')], { ignored: ['lint'] }, { kind: 'green' }],
  ['is green without a workflow that is ignored', [job('ci.yml / test', 'green'), job('nightly.yml / test', 'pending')], { ignored: ['nightly.yml'] }, { kind: 'green' }],
  ['is red by the other check of that name', [job('ci.yml / test', 'red'), job('nightly.yml / test', 'pending')], { ignored: ['nightly.yml / test'] }, { kind: 'red', failed: [{ name: 'test', of: 'ci.yml' }] }],
  ['waits for a check that is required, though it is ignored as well', [job('ci.yml / test', 'pending')], { ignored: ['test'], required: ['test'] }, { kind: 'pending' }],
  ['waits for a first check when all are ignored', [job('ci.yml / lint', 'green')], { ignored: ['lint'] }, { kind: 'pending', running: [], missing: [] }],
  ['waits for what the branch asks for, besides all others', [job('ci.yml / test', 'green')], { awaited: ['audit'] }, { kind: 'pending', missing: ['audit'] }],
  ['is red by another one, too, when only the branch asks for any', [job('ci.yml / test', 'green'), job('ci.yml / lint', 'red')], { awaited: ['test'] }, { kind: 'red' }],
  ['waits for an app that has announced itself', [job('ci.yml / test', 'green'), announced('codecov', 5)], {}, { kind: 'pending', running: ['codecov'] }],
  ['waits no longer for it than it may, and says so', [job('ci.yml / test', 'green'), announced('codecov', 15)], {}, { kind: 'green', silent: ['codecov'] }],
  ['does not wait for an app that is ignored', [job('ci.yml / test', 'green'), announced('codecov', 5)], { ignored: ['codecov'] }, { kind: 'green' }],
  ['is not green by announcements', [announced('codecov', 60)], {}, { kind: 'pending', running: [], missing: [] }],
  ['waits for the context that a commit like it has', [context('ci/build', 'green', 1)], { usual: ['ci/build', 'ci/test'] }, { kind: 'pending', missing: ['ci/test'] }],
  ['waits for the first of them', [job('ci.yml / test', 'green', 1)], { usual: ['ci/build'] }, { kind: 'pending', missing: ['ci/build'] }],
  ['does not wait when all of them are there', [context('ci/build', 'green', 1), context('ci/test', 'green', 1)], { usual: ['ci/build', 'ci/test'] }, { kind: 'green' }],
  ['does not wait for them for ever', [context('ci/build', 'green', 15)], { usual: ['ci/build', 'ci/test'] }, { kind: 'green' }],
  ['waits for contexts of which nothing is known to be all there', [context('ci/build', 'green', 1)], {}, { kind: 'pending' }],
  ['takes them for all after a while', [context('ci/build', 'green', 15)], {}, { kind: 'green' }],
  ['takes them for all when the branch says what it asks for', [context('ci/build', 'green', 1)], { awaited: ['ci/build'] }, { kind: 'green' }],
  ['says when anything has changed last', [context('ci/build', 'pending', 9), job('ci.yml / test', 'green', 4)], {}, { kind: 'pending', quietSince: now - 4 * 60_000 }],
])('a pipeline that has to be waited for %s', (_, checks, demand, verdict) => {
  expect(judge(checks, { required: [], patience, ...demand }, now)).toEqual(expect.objectContaining(verdict));
});
