import { describe, expect, it } from 'vitest';
import { asSha } from '../../../domain/code/commit.ts';
import { changelogOf, sectionBody } from '../../../domain/versions/changelog/changelog.ts';
import type { LoggedCommit } from '../../../domain/versions/changelog/changelog.ts';

const rules = { trailer: 'Changelog', groups: { added: 'Added', fixed: 'Fixed', performance: 'Performance' } };

function commit(number: number, message: string): LoggedCommit {
  return { sha: asSha(String(number).padStart(40, '0')), message };
}

function told(commits: readonly LoggedCommit[]): string[] {
  return changelogOf(commits, rules).groups.map(({ title, entries }) => `${title}: ${entries.map((entry) => entry.title).join(', ')}`);
}

describe('a changelog', () => {
  it("has the commits with the trailer, in the groups' order, and in a group in the log's", () => {
    const commits = [commit(5, 'Five\n\nChangelog: fixed\n'), commit(4, 'Four\n'), commit(3, 'Three\n\nChangelog: added\n'), commit(2, 'Two\n\nChangelog: Fixed\n')];
    expect(told(commits)).toEqual(['Added: Three', 'Fixed: Five, Two']);
  });

  it('makes groups of their own of unknown values, behind the others, and warns', () => {
    const { groups, warnings } = changelogOf([commit(2, 'Two\n\nChangelog: deprecate\n'), commit(1, 'One\n\nChangelog: performance\n')], rules);
    expect(groups.map(({ title }) => title)).toEqual(['Performance', 'deprecate']);
    expect(warnings).toEqual(['000000000000 "Two": "Changelog: deprecate" is none of added, fixed, performance: it makes a group of its own']);
  });

  it('leaves out what a later commit of the range reverts, but for a revert that is reverted', () => {
    const one = commit(1, 'One\n\nChangelog: fixed\n');
    const revert = commit(2, `Revert "One"\n\nThis reverts commit ${one.sha}.\n`);
    const again = commit(3, `Revert "Revert "One""\n\nThis reverts commit ${revert.sha}.\n`);
    expect(told([revert, one])).toEqual([]);
    expect(told([again, revert, one])).toEqual(['Fixed: One']);
    expect(told([one])).toEqual(['Fixed: One']);
  });

  it('warns of a trailer outside the last paragraph, and leaves it out', () => {
    const { groups, warnings } = changelogOf([commit(1, 'One\n\nChangelog: added\n\nMore.\n')], rules);
    expect(groups).toEqual([]);
    expect(warnings).toEqual([expect.stringMatching(/"One": "Changelog: added" is outside the last paragraph/)]);
  });

  it('is not taken in by the name of a group that every object has', () => {
    expect(told([commit(1, 'One\n\nChangelog: constructor\n')])).toEqual(['constructor: One']);
  });
});

describe('a section', () => {
  const link = (sha: string) => `https://forge/${sha.slice(-1)}`;

  it('is counted and linked', () => {
    const commits = [commit(2, 'Two\n\nChangelog: fixed\n'), commit(1, 'One\n\nChangelog: fixed\n'), commit(3, 'Three\n\nChangelog: added\n')];
    expect(sectionBody(changelogOf(commits, rules), link)).toBe('### Added (1 change)\n\n- [Three](https://forge/3)\n\n### Fixed (2 changes)\n\n- [Two](https://forge/2)\n- [One](https://forge/1)\n');
  });

  it('says that there are no changes', () => {
    expect(sectionBody(changelogOf([], rules), link)).toBe('No changes.\n');
  });

  it("keeps people's titles from being links, markup or calls", () => {
    expect(sectionBody(changelogOf([commit(1, 'Let [x](y) *be* @ann <b>\n\nChangelog: fixed\n')], rules), link)).toContain('[Let \\[x\\](y) \\*be\\* @\u200bann &lt;b>](https://forge/1)');
  });
});
