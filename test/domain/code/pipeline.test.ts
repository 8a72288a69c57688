import { expect, it } from 'vitest';
import type { Check } from '../../../domain/code/pipeline.ts';
import { judge } from '../../../domain/code/pipeline.ts';

const check = (name: string, state: Check['state']): Check => ({ name, state, url: `https://ci/${name}` });

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
])('a pipeline %s', (_, checks, required, verdict) => {
  expect(judge(checks, required)).toEqual(verdict);
});
