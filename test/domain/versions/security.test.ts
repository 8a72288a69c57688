import { describe, expect, it } from 'vitest';
import { parseInput } from '../../../domain/text/input.ts';
import { securityRequest, securityRequestExample } from '../../../domain/versions/request.ts';
import { nextPatch, supportedLines } from '../../../domain/versions/security/lines.ts';
import { publicText } from '../../../domain/versions/security/public-text.ts';
import { isMadeFrom, namesIssue, readinessOf } from '../../../domain/versions/security/readiness.ts';
import type { SecurityPull } from '../../../domain/versions/security/readiness.ts';
import { versionOf, versionText } from '../../../domain/versions/version.ts';
import { namedSha } from '../../shas.ts';

const tagged = ['16.4.0', '16.4.12', '16.5.0', '16.6.0', '16.6.1', '16.7.0-rc3', '15.11.2'].map(versionOf);
const branches = ['master', '16-7-stable', '16-6-stable', '16-5-stable', '16-4-stable', '15-11-stable', '16-5-stable-fix', '9-9-stable'];

it.each<[string, object, string]>([
  ['a day for a time', { disclosure: '2024-01-11' }, 'disclosure: must be a time such as'],
  ['a name for a number', { issue: 'hole' }, 'issue: '],
  ['no issue', { issue: 0 }, 'issue: '],
  ['what it does not know', { version: '16.6.1' }, 'version'],
])('a release is not begun for %s', (_, more, why) => {
  expect(parseInput(securityRequest, { component: 'gitaly', issue: 12, ...more }, securityRequestExample)).toMatchObject({ kind: 'invalid', message: expect.stringContaining(why) });
});

describe('the lines that get a fix', () => {
  it('are the newest that have a version and a stable branch, each with the patch after its highest', () => {
    expect(supportedLines(branches, tagged, 3).map(({ branch, version }) => `${branch} ${versionText(version)}`)).toEqual(['16-6-stable 16.6.2', '16-5-stable 16.5.1', '16-4-stable 16.4.13']);
    expect(supportedLines(branches, tagged, 0)).toEqual([]);
    expect(supportedLines(branches, tagged, 9).at(-1)?.branch).toBe('15-11-stable');
  });

  it('have no next patch where only a candidate is tagged', () => {
    expect(nextPatch(versionOf('16.7.0'), tagged)).toBeUndefined();
  });
});

const pull = (number: number, more: Partial<SecurityPull> = {}): SecurityPull => ({ number, title: 'Fix it', head: namedSha(String(number)), isDraft: false, isAssigned: true, isApproved: true, checks: 'green', conflicts: [], ...more });

describe('a fix is ready', () => {
  it('when every branch has one that lacks nothing', () => {
    expect(readinessOf([{ branch: '16-6-stable', pulls: [pull(1)] }, { branch: 'master', pulls: [pull(2)] }], 12)).toEqual({ ready: 2, missing: [] });
  });

  it.each<[string, readonly SecurityPull[], string]>([
    ['without a pull request', [], 'master has no open pull request that names #12'],
    ['with two', [pull(2), pull(3)], 'master has 2 pull requests that name #12: close all but one of #2, #3'],
    ['as a draft', [pull(2, { isDraft: true })], '#2 is a draft'],
    ['with red checks', [pull(2, { checks: 'red' })], 'checks of #2 have failed'],
    ['without checks', [pull(2, { checks: 'none' })], 'no check of #2 has run'],
    ['unapproved', [pull(2, { isApproved: false })], 'nobody has approved #2 as it is now'],
    ['unassigned', [pull(2, { isAssigned: false })], '#2 is assigned to nobody'],
    ['by another title', [pull(2, { title: 'Another' })], '#2 has another title than the others'],
    ['with conflicts', [pull(2, { conflicts: ['a.go', 'b.go'] })], "#2 can't be merged into master: a.go, b.go"],
  ])('not %s', (_, pulls, told) => {
    expect(readinessOf([{ branch: '16-6-stable', pulls: [pull(1)] }, { branch: 'master', pulls }], 12)).toEqual({ ready: 1, missing: [told] });
  });

  it('not while its checks run, of which nobody need be told', () => {
    expect(readinessOf([{ branch: 'master', pulls: [pull(2, { checks: 'running' })] }], 12)).toEqual({ ready: 0, missing: [] });
  });
});

it.each([
  ['Closes #12', true],
  ['see https://forge/gitlab-org-security/gitaly/issues/12', true],
  ['#123', false],
  ['gitlab-org/gitaly#12', false],
  ['a/issues/120', false],
  ['', false],
])('%j names issue 12: %s', (text, names) => {
  expect(namesIssue(text, 12)).toBe(names);
});

it('an issue is made from its template if it has all of its headings', () => {
  const template = '# Security Release\n\nText\n\n## Summary\n- [ ] one\n';
  expect(isMadeFrom('# Security Release\r\n\r\nIt leaks.\r\n## Summary\r\n- [x] one', template)).toBe(true);
  expect(isMadeFrom('# Security Release\nIt leaks.', template)).toBe(false);
  expect(isMadeFrom('anything', 'no heading')).toBe(false);
});

const [security, canonical] = ['gitlab-org-security/gitaly', 'gitlab-org/gitaly'];

it.each([
  ['[Fix](https://forge/gitlab-org-security/gitaly/commit/1a2b)', '[Fix](https://forge/gitlab-org/gitaly/commit/1a2b)'],
  ['Fix ([merge request](https://forge/gitlab-org-security/gitaly/-/merge_requests/7))', 'Fix (merge request)'],
  ['Fix ([pull](gitlab-org-security/gitaly#7))', 'Fix (pull)'],
  ['See gitlab-org-security/gitaly#7', 'See a security fix'],
  ['See https://forge/gitlab-org-security/gitaly/pull/7', 'See a security fix'],
  ['See GitLab-Org-Security/Gitaly', 'See gitlab-org/gitaly'],
  ['gitlab-org-security/gitaly-shell stays', 'gitlab-org-security/gitaly-shell stays'],
])('%j becomes %j', (text, open) => {
  expect(publicText(text, security, canonical)).toBe(open);
});
