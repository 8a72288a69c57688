import { describe, expect, it } from 'vitest';
import { nearestName, unknownName } from '../../../domain/text/nearest-name.ts';

describe('the nearest name', () => {
  it.each([
    ['gitlay', ['gitaly', 'monitor'], 'gitaly'],
    ['GITALY', ['gitaly'], 'gitaly'],
    ['hlod', ['hold', 'lastGreen'], 'hold'],
    ['prod', ['production', 'staging'], 'production'],
    ['stagin', ['canary', 'staging'], 'staging'],
  ])('takes %s for one of %j', (given, known, meant) => {
    expect(nearestName(given, known)).toBe(meant);
  });

  it.each([
    ['qa', ['eu', 'us']],
    ['sourcegraph', ['gitaly', 'monitor']],
    ['prod', ['production-eu', 'production-us']],
    ['', ['a', 'b']],
    ['gitaly', []],
  ])('does not guess what %s among %j could be', (given, known) => {
    expect(nearestName(given, known)).toBeUndefined();
  });
});

describe('an unknown name', () => {
  it('is told with the nearest and all known ones', () => {
    expect(unknownName('component', 'gitlay', ['gitaly', 'monitor'])).toBe('unknown component "gitlay": did you mean "gitaly"? Known: gitaly, monitor');
  });

  it('is told without a guess when nothing is near', () => {
    expect(unknownName('stage', 'qa', [])).toBe('unknown stage "qa". Known: none');
  });
});
