import { describe, expect, it } from 'vitest';
import { lineOf, stableBranch } from '../../../domain/code/stable-branch.ts';
import { compareVersions, readVersion, tagOf, versionKind, versionOf, versionOfTag, versionText } from '../../../domain/versions/version.ts';

describe('a version that somebody typed', () => {
  it.each([
    ['12.0.0', 'major', '12.0.0'],
    ['12.9.0', 'minor', '12.9.0'],
    ['v12.9.0', 'minor', '12.9.0'],
    ['12.9.3', 'patch', '12.9.3'],
    ['0.1.0', 'minor', '0.1.0'],
    ['12.9.0-rc4', 'candidate', '12.9.0-rc4'],
    ['v13.0.0-rc42', 'candidate', '13.0.0-rc42'],
  ])('%s is a %s', (text, kind, spelled) => {
    const version = versionOf(text);
    expect([versionKind(version), versionText(version), tagOf(version)]).toEqual([kind, spelled, `v${spelled}`]);
  });

  it.each([
    ['12.9', 'must be X.Y.Z'],
    ['12.09.0', 'must be X.Y.Z'],
    ['12.9.0.1', 'must be X.Y.Z'],
    ['12.9.0-beta1', 'must be X.Y.Z'],
    ['12.9.0-RC1', 'must be X.Y.Z'],
    ['12.9.0-rc', 'must be X.Y.Z'],
    ['12.9.0-rc4\n', 'must be X.Y.Z'],
    [' 12.9.0', 'must be X.Y.Z'],
    ['', 'must be X.Y.Z'],
    ['--upload-pack=touch /tmp/x', 'must be X.Y.Z'],
    ['-v12.9.0', 'must be X.Y.Z'],
    ['refs/tags/v12.9.0', 'must be X.Y.Z'],
    ['../12.9.0', 'must be X.Y.Z'],
    ['12.9.0:master', 'must be X.Y.Z'],
    ['12.9.0@{1}', 'must be X.Y.Z'],
    ['12.9.0-rc0', 'candidates are numbered from 1'],
    ['12.9.1-rc1', 'only X.Y.0 has candidates'],
    ['13.10.0-rc20210223090520', 'up to nine digits'],
  ])('%j is refused, with what was given and what is allowed', (text, why) => {
    const read = readVersion(text);
    expect(read).toMatchObject({ kind: 'refused', reason: expect.stringContaining(why) });
    expect(read).toMatchObject({ reason: expect.stringContaining(JSON.stringify(text)) });
  });
});

it('knows the versions of old tags, also those that are made no more, and no others', () => {
  const tags = ['v12.9.0', 'v12.9.0-rc42', 'v13.10.0-rc20210223090520', 'vtest-2', 'v0.0.1-test-7', '12.9.0', 'bobm-test'];
  expect(tags.map((tag) => versionOfTag(tag)?.candidate ?? versionOfTag(tag)?.minor)).toEqual([9, 42, 20_210_223_090_520, undefined, undefined, undefined, undefined]);
});

it('orders candidates by their numbers, below the version that they are candidates of', () => {
  const texts = ['12.10.0', '12.9.0', '12.9.0-rc10', '12.9.1', '12.9.0-rc4', '9.11.0', '12.9.10', '12.9.9'];
  expect(texts.map(versionOf).toSorted(compareVersions).map(versionText)).toEqual(['9.11.0', '12.9.0-rc4', '12.9.0-rc10', '12.9.0', '12.9.1', '12.9.9', '12.9.10', '12.10.0']);
});

it('names the stable branch after the line', () => {
  expect(stableBranch(versionOf('12.9.3'))).toBe('12-9-stable');
  expect([lineOf('12-9-stable'), lineOf('12-9-stable-ee'), lineOf('012-9-stable'), lineOf('12.9-stable')]).toEqual([{ major: 12, minor: 9 }, undefined, undefined, undefined]);
});
