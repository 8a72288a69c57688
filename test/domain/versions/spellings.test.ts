import { describe, expect, it } from 'vitest';
import { registrySpelling } from '../../../domain/versions/packages/package-version.ts';
import { productVersion } from '../../../domain/versions/product/product-tag.ts';
import { versionOf, versionText } from '../../../domain/versions/version.ts';
import { statedVersion, withVersion } from '../../../domain/versions/version-file.ts';

it.each([
  ['12.9.0-rc4', '12.9.0.pre.rc4'],
  ['12.9.0', '12.9.0'],
])('RubyGems spells %s as %s', (text, gem) => {
  expect(registrySpelling.rubygems(versionOf(text))).toBe(gem);
});

it.each([
  ['v12.9.0-ee', '12.9.0'],
  ['v12.9.0-rc42-ee', '12.9.0-rc42'],
  ['v12.9.3-ee', '12.9.3'],
  ['v12.9.0', undefined],
  ['12.9.0-ee', undefined],
  ['v12.9.0-ee-old', undefined],
])("the product's tag %s asks for %s", (tag, version) => {
  const found = productVersion(tag, '-ee');
  expect(found && versionText(found)).toBe(version);
});

describe('a version file', () => {
  const ruby = { path: 'version.rb', pattern: "VERSION = '{version}'" };

  it('holds nothing else, with an end of line as before', () => {
    const file = { path: 'VERSION' };
    expect(withVersion(file, '12.8.0', versionOf('12.9.0'))).toEqual({ kind: 'stated', text: '12.9.0' });
    expect(withVersion(file, '12.8.0\n', versionOf('12.9.0-rc4'))).toEqual({ kind: 'stated', text: '12.9.0-rc4\n' });
    expect(withVersion(file, undefined, versionOf('12.9.0'))).toEqual({ kind: 'stated', text: '12.9.0\n' });
  });

  it('has one line for it, and the rest stays', () => {
    const text = "# 1.2.3 is old\nmodule Gitaly\n  VERSION = '12.9.0-rc3'\nend\n";
    expect(withVersion(ruby, text, versionOf('12.9.0-rc4'))).toEqual({ kind: 'stated', text: text.replace('rc3', 'rc4') });
    expect(statedVersion(ruby, text)).toBe('12.9.0-rc3');
  });

  it('is refused without that line', () => {
    expect(withVersion(ruby, 'module Gitaly\nend\n', versionOf('12.9.0'))).toEqual({ kind: 'refused', reason: "version.rb has no line VERSION = '{version}'" });
    expect(withVersion(ruby, undefined, versionOf('12.9.0'))).toMatchObject({ kind: 'refused', reason: expect.stringContaining('does not exist') });
  });
});
