import { describe, expect, it } from 'vitest';
import { sectionOf, versionsIn, withSection } from '../../../domain/versions/changelog/changelog-file.ts';
import { versionOf, versionText } from '../../../domain/versions/version.ts';

const file = `# Gitaly changelog

## 16.2.1 (2023-07-25)

No changes.

## 16.0.0 (2023-05-18)

### Fixed (1 change)

- [One](x)

## 15.11.12 (2023-07-14)

No changes.

## v1.0.0

- Old
`;

function withVersion(text: string, of = file, body = 'New.\n'): string {
  return withSection(of, { version: versionOf(text), date: '2023-07-27', body });
}

function order(text: string): string[] {
  return versionsIn(text).map(versionText);
}

describe('a section of a changelog', () => {
  it.each([
    ['16.3.0', ['16.3.0', '16.2.1', '16.0.0', '15.11.12', '1.0.0']],
    ['15.11.13', ['16.2.1', '16.0.0', '15.11.13', '15.11.12', '1.0.0']],
    ['0.9.0', ['16.2.1', '16.0.0', '15.11.12', '1.0.0', '0.9.0']],
  ])('%s is placed by its version, not on top', (version, expected) => {
    expect(order(withVersion(version))).toEqual(expected);
  });

  it('leaves every other byte as it was', () => {
    expect(withVersion('15.11.13').replace('## 15.11.13 (2023-07-27)\n\nNew.\n\n', '')).toBe(file);
    expect(withVersion('0.9.0')).toBe(`${file}\n## 0.9.0 (2023-07-27)\n\nNew.\n`);
  });

  it('is made anew in its place, and twice is once', () => {
    const once = withVersion('16.0.0');
    expect(order(once)).toEqual(order(file));
    expect(once).not.toContain('[One](x)');
    expect(withVersion('16.0.0', once)).toBe(once);
  });

  it('begins a file that has none, or is empty', () => {
    expect(withVersion('1.0.0', '')).toBe('## 1.0.0 (2023-07-27)\n\nNew.\n');
    expect(withVersion('1.0.0', '# Changes\n')).toBe('# Changes\n\n## 1.0.0 (2023-07-27)\n\nNew.\n');
  });

  it('stays below headings that are no versions', () => {
    expect(withVersion('17.0.0', '# Changes\n\n## Unreleased\n\n- Soon\n\n## 1.0.0 (2020-01-01)\n\nNo changes.\n')).toMatch(/Soon\n\n## 17\.0\.0 .*\n\nNew\.\n\n## 1\.0\.0/);
  });

  it('is read back', () => {
    expect(sectionOf(file, versionOf('16.0.0'))).toEqual({ version: versionOf('16.0.0'), date: '2023-05-18', body: '### Fixed (1 change)\n\n- [One](x)\n' });
    expect(sectionOf(file, versionOf('1.0.0'))).toMatchObject({ date: '', body: '- Old\n' });
    expect(sectionOf(file, versionOf('16.0.1'))).toBeUndefined();
  });
});
