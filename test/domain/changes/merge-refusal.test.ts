import { expect, it } from 'vitest';
import { hindrance, takesPeople } from '../../../domain/changes/merge-refusal.ts';

it.each([
  ['Required status check "rspec" is expected.', 'refused'],
  ['2 of 3 required status checks are pending.', 'refused'],
  ['3 of 3 required status checks have not succeeded: 2 pending and 1 expected.', 'refused'],
  ['Pull Request is still a draft', 'refused'],
  ['Merge already in progress', 'refused'],
  ['Base branch was modified. Review and try the merge again.', 'refused'],
  ['Pull Request is not mergeable', 'refused'],
  ['Merge conflict', 'refused'],
  ['At least 1 approving review is required by reviewers with write access.', 'unreviewed'],
  ['Waiting on code owner review from acme/owners.', 'unreviewed'],
  ['Changes must be made through the merge queue', 'queueRequired'],
])('takes "%s" for: %s', (reason, kind) => {
  expect(hindrance(reason, {})).toBe(kind);
  expect(hindrance(reason, { conflicts: true })).toBe('conflicts');
});

it('names at once what only a person can do', () => {
  expect(takesPeople('Pull Request is still a draft')).toBe(true);
  expect(takesPeople('Merge already in progress')).toBe(false);
});
