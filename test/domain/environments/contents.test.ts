import { describe, expect, it } from 'vitest';
import { lacking, seenThere, standing } from '../../../domain/environments/contents.ts';
import type { Change, Sighting } from '../../../domain/environments/contents.ts';
import { shaOf } from '../../shas.ts';

const change = (name: string, more: Partial<Change> = {}): Change => ({ sha: shaOf(name), title: `Change ${name}`, message: `Change ${name}`, files: ['main.go'], ...more });
const pickOf = (name: string, origin: string) => change(name, { message: `Change\n\n(cherry picked from commit ${shaOf(origin)})` });
const seen = (name: string, at: string): Sighting => ({ sha: shaOf(name), at });

describe('what an environment runs', () => {
  it('is the latest that anybody knows of, whoever brought it', () => {
    expect(seenThere({ forge: seen('a', '2026-01-02T00:00:00Z'), record: [seen('b', '2026-01-01T00:00:00Z'), seen('c', '2026-01-01T12:00:00Z')] })?.sha).toBe(shaOf('a'));
    expect(seenThere({ forge: seen('a', '2026-01-01T00:00:00Z'), record: [seen('b', '2026-01-03T00:00:00Z')] })?.sha).toBe(shaOf('b'));
    expect(seenThere({ record: [] })).toBeUndefined();
  });

  it('is what it says itself, whatever is remembered', () => {
    expect(seenThere({ report: shaOf('a'), forge: seen('b', '2026-01-02T00:00:00Z'), record: [] })?.sha).toBe(shaOf('a'));
    expect(seenThere({ report: shaOf('b'), forge: seen('b', '2026-01-02T00:00:00Z'), record: [] })).toEqual(seen('b', '2026-01-02T00:00:00Z'));
  });
});

describe('a change is contained in others', () => {
  it.each<[string, Change, readonly Change[], boolean]>([
    ['when one of them is a pick of it', change('a'), [pickOf('b', 'a')], true],
    ['when it is a pick of one of them', pickOf('b', 'a'), [change('a')], true],
    ['when both are picks of one commit', pickOf('b', 'a'), [pickOf('c', 'a')], true],
    ['when one of them makes the same change', change('a', { patch: 'p' }), [change('b', { patch: 'p' })], true],
    ['when it sets version files and changelogs only', change('a', { files: ['VERSION', 'CHANGELOG.md', 'changelogs/unreleased/a.yml'] }), [], true],
    ['when it only merges what is looked at by itself', change('a', { isMerge: true }), [], true],
    ['not when it takes the pin of a component along', change('a', { files: ['VERSION', 'GITALY_SERVER_VERSION'] }), [], false],
    ['not when nothing of it can be told', change('a', { files: [] }), [change('b')], false],
    ['not when another commit was picked', change('a'), [pickOf('b', 'c')], false],
  ])('%s', (_, one, others, isContained) => {
    expect(lacking([one], others)).toEqual(isContained ? [] : [one]);
  });
});

describe('what comes', () => {
  const runs = seen('f', '2026-01-01T00:00:00Z');
  it.each([
    ['goes ahead where all that runs there is contained in it', [], [change('a')], 'ahead'],
    ['is behind where it brings nothing', [change('a')], [], 'behind'],
    ['is behind where it brings only picks of what runs there', [change('a'), change('b')], [pickOf('c', 'a')], 'behind'],
    ['stands apart where each lacks something', [change('a')], [change('b')], 'apart'],
  ])('%s', (_, gone, brought, kind) => {
    expect(standing(runs, { gone, brought })).toMatchObject({ kind, runs });
  });

  it('names the newest changes that would go', () => {
    expect(standing(runs, { gone: [change('a'), change('b')], brought: [change('c'), pickOf('d', 'b')] })).toMatchObject({ lost: [{ sha: shaOf('a'), title: 'Change a' }] });
  });
});
