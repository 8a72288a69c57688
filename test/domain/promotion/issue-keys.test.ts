import { describe, expect, test } from 'vitest';
import { findKeys, issueKeys } from '../../../domain/promotion/issue-keys.ts';
import { readTable } from './tables.ts';

const projects = ['MNTOR'];

describe('the issues in a text', () => {
  test.each([
    ['MNTOR-5035, 5036, 5038 (#6252)', ['MNTOR-5035', 'MNTOR-5036', 'MNTOR-5038']],
    ['E2E w Mocks: Mntor-3140, Mntor-3141, Mntor-3422', ['MNTOR-3140', 'MNTOR-3141', 'MNTOR-3422']],
    ['MNTOR-5035/5036 and 5038: fix', ['MNTOR-5035', 'MNTOR-5036', 'MNTOR-5038']],
    ['MNTOR-5035, 2024 roadmap', ['MNTOR-5035']],
    ['MNTOR-5035, 2 more fixes', ['MNTOR-5035']],
    ['MNTOR-5035, 5036-alpha', ['MNTOR-5035']],
    ['MNTOR 3723 - Move reduce statements', ['MNTOR-3723']],
    ['MNTOR - 2708', ['MNTOR-2708']],
    ['MNTOR-4448-2', ['MNTOR-4448']],
    ['revert-4969-revert-4964-MNTOR-3496-validation-disable', ['MNTOR-3496']],
    ['See https://example.com/browse/MNTOR-1234.', ['MNTOR-1234']],
    ['MNTOR-12, mntor-12, MNTOR-12', ['MNTOR-12']],
  ])('%s', (text, keys) => {
    expect(issueKeys(text, projects)).toEqual(keys);
  });

  test.each(['node-20.20.2', 'RFC 8058', 'types/node-22.13.10', 'UTF-8', 'FELTPY-54', 'montor-2690', 'MTNOR-3240', 'XMNTOR-1', 'MNTOR-2.0', 'MNTOR-0', 'MNTOR-12ab', 'MNTOR', ''])(
    '%j names none',
    (text) => {
      expect(issueKeys(text, projects)).toEqual([]);
    },
  );

  test('are of the projects that are asked for, and of no other', () => {
    expect(issueKeys('FELTPY-54, MNTOR-1', ['MNTOR', 'FELTPY'])).toEqual(['FELTPY-54', 'MNTOR-1']);
    expect(issueKeys('MNTOR-1', [])).toEqual([]);
  });
});

describe('the issues of a pull request', () => {
  const pull = { title: 'Fix', branch: 'fix', body: '', commits: [] };

  test('are those of its title and of its branch', () => {
    expect(findKeys({ ...pull, branch: 'MNTOR-4448-2' }, projects)).toEqual({ kind: 'keyed', keys: ['MNTOR-4448'] });
    expect(findKeys({ ...pull, title: 'Mntor-3140, Mntor-3141', branch: 'mntor-3140' }, projects)).toEqual({ kind: 'keyed', keys: ['MNTOR-3140', 'MNTOR-3141'] });
  });

  test('are unclear where those disagree', () => {
    expect(findKeys({ ...pull, title: 'Banner (MNTOR-3341)', branch: 'mntor-3394' }, projects)).toEqual({ kind: 'disagreeing', title: ['MNTOR-3341'], branch: ['MNTOR-3394'] });
  });

  test('are looked for in its commits, and then in its body, only where those say nothing', () => {
    expect(findKeys({ ...pull, commits: ['MNTOR-3: x'], body: 'after MNTOR-4' }, projects)).toEqual({ kind: 'keyed', keys: ['MNTOR-3'] });
    expect(findKeys({ ...pull, body: 'for MNTOR-4' }, projects)).toEqual({ kind: 'keyed', keys: ['MNTOR-4'] });
    expect(findKeys({ ...pull, title: 'MNTOR-1', commits: ['MNTOR-3: x'], body: 'after MNTOR-4' }, projects)).toEqual({ kind: 'keyed', keys: ['MNTOR-1'] });
  });

  test('may be none', () => {
    expect(findKeys({ ...pull, title: 'Generate SBOM', branch: 'ssdlc-sbom' }, projects)).toEqual({ kind: 'none' });
  });
});

test('in real titles and branches, what people meant is found and nothing is made up', () => {
  const rows = readTable(new URL('pr-keys.tsv', import.meta.url));
  const wrong = rows.flatMap(({ pr, title = '', branch = '', keys_title: inTitle = '', keys_branch: inBranch = '' }) => {
    const meant = [inTitle, inBranch].map((keys) => keys.toUpperCase().split(',').filter((key) => key !== '').map((key) => key.replace(/\s*[- ]\s*/, '-')));
    const found = [title, branch].map((text) => issueKeys(text, projects));
    return JSON.stringify(found) === JSON.stringify(meant) ? [] : [{ pr, title, branch, found, meant }];
  });
  // The table itself has read one key of this list of three.
  expect(wrong.map(({ pr }) => pr)).toEqual(['6252']);
  expect(rows.length).toBeGreaterThan(150);
});
