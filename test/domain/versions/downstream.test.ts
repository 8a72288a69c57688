import { expect, it } from 'vitest';
import { downstreamChange, reviewerOf } from '../../../domain/versions/downstream.ts';
import { versionOf } from '../../../domain/versions/version.ts';

it('a downstream pull request is called after the tag', () => {
  const change = downstreamChange({ id: 'version/gitaly/12.9.0-rc1', component: 'gitaly', version: versionOf('12.9.0-rc1'), branch: 'master' });
  expect(change).toMatchObject({ head: 'slipway/upgrade-gitaly-12.9.0-rc1', base: 'master', title: 'Upgrade Gitaly to v12.9.0-rc1', body: expect.stringContaining('<!-- slipway: version/gitaly/12.9.0-rc1/downstream -->') });
});

it('whoever asked does not review it', () => {
  expect(reviewerOf({ maintainers: ['kim', 'Bo'] }, 'bo', 7)).toBe('kim');
  expect(reviewerOf({ maintainers: ['kim', 'bo', 'ann'] }, 'cy', 7)).toBe('bo');
  expect(reviewerOf({ maintainers: ['bo'] }, 'bo', 7)).toBeUndefined();
});
