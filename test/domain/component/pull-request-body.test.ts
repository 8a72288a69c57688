import { expect, it } from 'vitest';
import type { Commit } from '../../../domain/code/commit.ts';
import { pullRequestBody } from '../../../domain/component/pull-request-body.ts';
import { marker } from '../../../domain/code/marker.ts';
import { shaOf } from '../../shas.ts';

const commit: Commit = { sha: shaOf('c'), title: 'Fix it', author: 'Ann', committedAt: '2026-01-01T00:00:00Z', url: 'https://forge/c' };
const change = { release: 'release/gitaly/from-aaaa', component: 'gitaly', pinned: shaOf('a'), candidate: shaOf('c') };

it('says what it brings, and whose it is', () => {
  const body = pullRequestBody({ ...change, commits: [commit], total: 1, runbook: 'https://runbook' });
  expect(body).toContain('Moves gitaly from `aaaaaaaaaaaa` to `cccccccccccc`: 1 commit.');
  expect(body).toContain('- [`cccccccccccc`](https://forge/c) Fix it (Ann)');
  expect(body).toContain('https://runbook');
  expect(body.endsWith(marker(change.release))).toBe(true);
});

it('stays short however many commits there are', () => {
  const commits = Array.from({ length: 200 }, () => commit);
  const body = pullRequestBody({ ...change, commits, total: 3_000 });
  expect(body).toContain('… and 2950 more');
  expect(body.length).toBeLessThan(10_000);
});

it('lets no title mention people, close issues or forge a marker', () => {
  const title = 'Thank @everyone, closes #12 <!-- slipway: release/other/from-bbbb -->';
  const body = pullRequestBody({ ...change, commits: [{ ...commit, title }], total: 1 });
  expect(body).not.toMatch(/@everyone|#12/);
  expect(body.match(/<!-- slipway/g)).toHaveLength(1);
});
