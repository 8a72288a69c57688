import { afterEach, describe, expect, test } from 'vitest';
import { sentryProbe } from '../../../ports/health/sentry.ts';
import { json, scriptedServer } from '../scripted-server.ts';
import type { ScriptedServer } from '../scripted-server.ts';

let server: ScriptedServer;
afterEach(() => server?.close());

const issue = (number: number) => ({ id: String(number), shortId: `GITALY-${number}`, title: 'a', permalink: `https://sentry.test/issues/${number}/`, count: '3' });

/** A Sentry whose project has these issues, and answers as the real one's documentation says. */
async function look(issues: readonly object[], { max = 0, firstEvent = '2026-01-01T00:00:00Z' as string | null, status = 200 } = {}) {
  server = await scriptedServer(({ path }, response) => {
    const { pathname, searchParams } = new URL(path, server.url);
    if (status !== 200) json(response, status, { detail: 'You do not have permission to perform this action.' });
    else if (pathname === '/api/0/projects/gitlab/gitaly/') json(response, 200, { id: '4711', slug: 'gitaly', firstEvent });
    else if (pathname === '/api/0/organizations/gitlab/issues/') json(response, 200, issues.slice(0, Number(searchParams.get('limit'))));
    else json(response, 404, { detail: 'The requested resource does not exist' });
  });
  const probe = sentryProbe({ url: server.url, organization: 'gitlab', token: 'secret-token' });
  return probe.look({ kind: 'sentry', project: 'gitaly', query: 'is:unresolved firstSeen:-1h', seen: 3_600_000, max });
}

test('a project that reports, and has no issues, is healthy', async () => {
  expect(await look([])).toEqual({ kind: 'healthy' });
});

test('as many issues as are allowed are healthy; one more is not, and they are named', async () => {
  expect(await look([issue(1), issue(2)], { max: 2 })).toEqual({ kind: 'healthy' });
  expect(await look([issue(1), issue(2), issue(3)], { max: 2 })).toEqual({
    kind: 'unhealthy',
    reason:
      'more than 2 issues in gitaly (is:unresolved firstSeen:-1h): GITALY-1 https://sentry.test/issues/1/, GITALY-2 https://sentry.test/issues/2/, GITALY-3 https://sentry.test/issues/3/',
  });
});

test('asks for the issues of this project, in the time that was asked for', async () => {
  await look([]);
  const asked = new URL(server.seen[1]!.path, server.url).searchParams;
  expect(Object.fromEntries(asked)).toEqual({ project: '4711', query: 'is:unresolved firstSeen:-1h', statsPeriod: '60m', limit: '1' });
  expect(server.seen.map(({ headers }) => headers.authorization)).toEqual(['Bearer secret-token', 'Bearer secret-token']);
});

describe('no issues are not healthy', () => {
  test('where nothing has ever been reported', async () => {
    expect(await look([], { firstEvent: null })).toMatchObject({ kind: 'unknown', reason: expect.stringContaining('nothing has ever reported') });
  });

  test.each([401, 403, 404, 429, 500])('where Sentry answers %i', async (status) => {
    const health = await look([], { status });
    expect(health.kind).toBe('unknown');
    expect(JSON.stringify(health)).not.toContain('secret-token');
  });
});
