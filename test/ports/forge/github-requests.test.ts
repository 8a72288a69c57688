import { afterEach, describe, expect, test } from 'vitest';
import type { Sha } from '../../../domain/code/commit.ts';
import { connectGitHub } from '../../../ports/forge/github/github.ts';
import type { GitHubSettings } from '../../../ports/forge/github/connection/client.ts';
import { conditional } from '../../../ports/forge/github/connection/conditional-requests.ts';
import { carries } from '../../../ports/forge/github/workflow-runs.ts';
import { json, scriptedServer } from '../scripted-server.ts';
import type { ScriptedServer, SeenRequest } from '../scripted-server.ts';
import { shaOf } from '../../shas.ts';

let server: ScriptedServer;
afterEach(() => server?.close());

async function github(answer: Parameters<typeof scriptedServer>[0], settings: Partial<GitHubSettings> = {}) {
  server = await scriptedServer(answer);
  return connectGitHub({ baseUrl: server.url, token: 'secret-token', writeIntervalMs: 0, ...settings });
}

/** Answers a page of `all`, with the link to the next one. */
function page(request: SeenRequest, all: readonly unknown[]): readonly [readonly unknown[], Record<string, string>] {
  const url = new URL(request.path, server.url);
  const [size, number] = [Number(url.searchParams.get('per_page')), Number(url.searchParams.get('page') ?? 1)];
  const rest = all.slice((number - 1) * size);
  url.searchParams.set('page', String(number + 1));
  return [rest.slice(0, size), rest.length > size ? { link: `<${url.href}>; rel="next"` } : {}];
}

function checkRun(id: number, name: string, status: string, conclusion: string | null = null, app = 'github-actions') {
  return { id, name, status, conclusion, html_url: `https://github.test/runs/${id}`, app: { slug: app } };
}

function status(id: number, context: string, state: string) {
  return { id, context, state, target_url: null };
}

describe('checks', () => {
  const reading = async (runs: readonly unknown[], statuses: readonly unknown[] = []) => {
    const forge = await github((request, response) => {
      const path = new URL(request.path, server.url).pathname;
      if (path.endsWith('/check-suites')) return json(response, 200, { total_count: 0, check_suites: [] });
      if (path.endsWith('/actions/runs')) return json(response, 200, { total_count: 0, workflow_runs: [] });
      const [list, headers] = page(request, path.endsWith('/check-runs') ? runs : statuses);
      json(response, 200, path.endsWith('/check-runs') ? { total_count: runs.length, check_runs: list } : list, headers);
    });
    return forge.pipelines.checks('acme/app', shaOf('a'));
  };

  test.each([
    ['queued', null, 'pending'],
    ['in_progress', null, 'pending'],
    ['waiting', null, 'pending'],
    ['completed', 'success', 'green'],
    ['completed', 'neutral', 'neutral'],
    ['completed', 'skipped', 'skipped'],
    ...['failure', 'cancelled', 'timed_out', 'action_required', 'startup_failure', 'stale', null].map((conclusion) => ['completed', conclusion, 'red'] as const),
  ] as const)('a check run that is %s with %s is %s…', async (given, conclusion, state) => {
    expect(await reading([checkRun(1, 'build', given, conclusion)])).toMatchObject([{ name: 'build', state, url: 'https://github.test/runs/1' }]);
  });

  test.each([['pending', 'pending'], ['success', 'green'], ['failure', 'red'], ['error', 'red']] as const)('a status of %s is %s', async (state, expected) => {
    expect(await reading([], [status(1, 'ci/old', state)])).toEqual([{ name: 'ci/old', state: expected }]);
  });

  test('the newest attempt of a name counts, whatever the order', async () => {
    const runs = [checkRun(3, 'test', 'completed', 'success'), checkRun(2, 'test', 'completed', 'failure'), checkRun(5, 'lint', 'completed', 'failure')];
    const statuses = [status(8, 'deploy', 'failure'), status(9, 'deploy', 'success')];
    expect(await reading(runs, statuses)).toMatchObject([{ name: 'test', state: 'green' }, { name: 'lint', state: 'red' }, { name: 'deploy', state: 'green' }]);
  });

  test('two apps with a check of the same name both count', async () => {
    const runs = [checkRun(1, 'test', 'completed', 'failure', 'one-ci'), checkRun(2, 'test', 'completed', 'success', 'other-ci')];
    expect((await reading(runs)).map(({ state }) => state)).toEqual(['red', 'green']);
  });

  test('all pages are read', async () => {
    const runs = Array.from({ length: 250 }, (_, n) => checkRun(n + 1, `job ${n}`, 'completed', n === 249 ? 'failure' : 'success'));
    const statuses = Array.from({ length: 101 }, (_, n) => status(n + 1, `status ${n}`, 'success'));
    const checks = await reading(runs, statuses);
    expect(checks).toHaveLength(351);
    expect(checks.filter(({ state }) => state === 'red')).toMatchObject([{ name: 'job 249' }]);
  });
});

describe('a range', () => {
  const commits = (count: number) =>
    Array.from({ length: count }, (_, n) => ({ sha: String(n + 1).padStart(40, '0'), html_url: '', commit: { message: `Change ${n + 1}\n\nwhy`, author: { name: 'Ann', date: '' }, committer: { date: '2026-01-01T00:00:00Z' } } }));
  const reading = async (count: number, given = 'ahead') => {
    const forge = await github((request, response) => {
      const [list] = page(request, commits(count));
      json(response, 200, { status: given, total_commits: count, commits: list });
    });
    return forge.commits.range('acme/app', 'from', 'to');
  };

  test('is newest first', async () => {
    const { commits: read, total, diverged } = await reading(3);
    expect(read.map(({ title }) => title)).toEqual(['Change 3', 'Change 2', 'Change 1']);
    expect({ total, diverged }).toEqual({ total: 3, diverged: false });
  });

  test('of many commits gives the newest, and counts all', async () => {
    const { commits: read, total } = await reading(1_234);
    expect(read.slice(0, 2).map(({ title }) => title)).toEqual(['Change 1234', 'Change 1233']);
    expect(read.length).toBeGreaterThanOrEqual(500);
    expect(total).toBe(1_234);
    expect(server.seen.length).toBeLessThanOrEqual(7);
  });

  test.each([['identical', false], ['behind', true], ['diverged', true]])('that is %s: diverged is %s', async (given, diverged) => {
    expect((await reading(0, given)).diverged).toBe(diverged);
  });
});

describe('what is known already', () => {
  const app = { ref: 'refs/heads/main', object: { sha: shaOf('a') } };
  const answer: Parameters<typeof scriptedServer>[0] = (request, response) => {
    if (request.headers['if-none-match'] === '"one"') response.writeHead(304, { etag: '"one"' }).end();
    else json(response, 200, app, { etag: '"one"' });
  };

  test('is asked for conditionally, and answered from memory', async () => {
    const forge = await github(answer);
    expect(await forge.branches.find('acme/app', 'main')).toBe(app.object.sha);
    expect(await forge.branches.find('acme/app', 'main')).toBe(app.object.sha);
    expect(server.seen.map(({ headers }) => headers['if-none-match'])).toEqual([undefined, '"one"']);
  });

  test('has another page once it says so, though it is as it was itself: the 101st comment is read', async () => {
    const comment = (id: number) => ({ id, node_id: `c${id}`, html_url: `https://github/c${id}`, user: { login: 'alice', type: 'User' }, body: `${id}`, created_at: '2026-01-01T00:00:00Z', updated_at: '2026-01-01T00:00:00Z' });
    const hundred = Array.from({ length: 100 }, (_, n) => comment(n + 1));
    let more = false;
    const forge = await github((request, response) => {
      const link = { link: `<${server.url}${request.path}&page=2>; rel="next"` };
      if (request.path.includes('/reviews')) json(response, 200, []);
      else if (request.path.includes('page=2')) json(response, 200, [comment(101)]);
      else if (request.headers['if-none-match']) response.writeHead(304, { etag: '"page"', 'content-length': '0', ...(more && link) }).end();
      else json(response, 200, hundred, { etag: '"page"' });
    });
    expect(await forge.discussions.remarks('acme/app', 7)).toHaveLength(100);
    more = true;
    expect((await forge.discussions.remarks('acme/app', 7)).map(({ text }) => text)).toContain('101');
    expect(await forge.discussions.remarks('acme/app', 7)).toHaveLength(101);
  });

  test('is not spoilt by who read it before', async () => {
    const runs = { total_count: 1, check_runs: [checkRun(1, 'test', 'completed', 'success')] };
    const forge = await github((request, response) => {
      if (request.headers['if-none-match']) response.writeHead(304).end();
      else json(response, 200, request.path.includes('/check-runs') ? runs : [], { etag: '"runs"' });
    });
    const first = await forge.pipelines.checks('acme/app', shaOf('a'));
    expect(first).toHaveLength(1);
    expect(await forge.pipelines.checks('acme/app', shaOf('a'))).toEqual(first);
  });

  test.each([
    ['a page', 'text/html', '<html>Log in</html>'],
    ['a page that calls itself JSON', 'application/json', '<html>Log in</html>'],
    ['JSON that calls itself text', 'text/plain', JSON.stringify(app)],
  ])('is never %s of something in between, whatever tag it has', async (_, type, body) => {
    const forge = await github((request, response, nth) => {
      if (nth === 1) response.writeHead(200, { 'content-type': type, etag: '"one"' }).end(body);
      else answer(request, response, nth);
    });
    await expect(forge.branches.find('acme/app', 'main')).rejects.toMatchObject({ type: 'Unavailable' });
    expect(await forge.branches.find('acme/app', 'main')).toBe(app.object.sha);
  });

  test('is forgotten, the oldest first, when there is too much of it', async () => {
    const asked: (string | null)[] = [];
    const get = conditional(
      async (url, { headers }) => {
        asked.push(headers.get('if-none-match'));
        return { url, status: 200, headers: new Headers({ etag: '"e"', 'content-type': 'application/json' }), body: new TextEncoder().encode(JSON.stringify('x'.repeat(36)).replace(/^(.*)$/, '[$1]')).buffer };
      },
      { maxBytes: 100 },
    );
    for (const path of ['/a', '/b', '/c', '/c', '/a']) await get(path, { method: 'GET', headers: new Headers() });
    expect(asked).toEqual([null, null, null, '"e"', null]);
  });
});

describe('the pace of writes', () => {
  const answer: Parameters<typeof scriptedServer>[0] = (_, response) => json(response, 200, {});

  test('leaves the interval between two of them', async () => {
    const forge = await github(answer, { writeIntervalMs: 150 });
    const started = performance.now();
    await Promise.all([1, 2, 3].map((number) => forge.pullRequests.close('acme/app', number)));
    expect(performance.now() - started).toBeGreaterThanOrEqual(300);
  });

  test('sends away who would wait for longer than a request may take', async () => {
    const forge = await github(answer, { writeIntervalMs: 1_000, timeoutMs: 500 });
    await forge.pullRequests.close('acme/app', 1);
    await expect(forge.pullRequests.close('acme/app', 2)).rejects.toMatchObject({ type: 'RateLimited', nextRetryDelay: expect.any(Number) });
    expect(server.seen).toHaveLength(1);
  });

  test('lets reads pass', async () => {
    const forge = await github((_, response) => json(response, 200, { object: { sha: shaOf('b') } }), { writeIntervalMs: 10_000 });
    await forge.pullRequests.close('acme/app', 1);
    expect(await forge.branches.find('acme/app', 'main')).toBe(shaOf('b'));
  });
});

test('a token is asked for anew with each request, so that it can be renewed', async () => {
  let issued = 0;
  const forge = await github((_, response) => json(response, 200, { object: { sha: shaOf('c') } }), { token: async () => `token-${++issued}` });
  await forge.branches.find('acme/app', 'main');
  await forge.branches.find('acme/app', 'main');
  expect(server.seen.map(({ headers }) => headers.authorization)).toEqual(['token token-1', 'token token-2']);
});

test('pull requests of others are not taken for ours where GitHub ignores the filter', async () => {
  const pull = (number: number, head: string) => ({ number, state: 'open', html_url: '', title: '', body: null, created_at: '', merged_at: null, merge_commit_sha: null, labels: [], head: { ref: head, sha: shaOf('d') }, base: { ref: 'main' } });
  const forge = await github((_, response) => json(response, 200, [pull(2, 'feature'), pull(1, 'release')]));
  expect((await forge.pullRequests.list('acme/app', 'release', 'main')).map(({ number }) => number)).toEqual([1]);
});

describe('a merge that GitHub refuses', () => {
  const merging = async ({ status: answered, message, head = shaOf('e'), merged = false }: { status: number; message: string; head?: Sha; merged?: boolean }) => {
    const forge = await github((request, response) => {
      if (request.method === 'PUT') return json(response, answered, { message });
      json(response, 200, { number: 1, state: merged ? 'closed' : 'open', html_url: '', title: '', body: '', created_at: '', merged_at: merged ? '2026-01-01T00:00:00Z' : null, merge_commit_sha: shaOf('f'), labels: [], head: { sha: head }, merged_by: null });
    });
    return forge.merging.merge('acme/app', 1, shaOf('e'), 'merge');
  };

  test.each([
    ['is merged already', { status: 405, message: 'Pull Request is not mergeable', merged: true }, { kind: 'merged', sha: shaOf('f') }],
    ['is merged with other code', { status: 405, message: 'Pull Request is not mergeable', merged: true, head: shaOf('0') }, { kind: 'moved' }],
    ['has a new head', { status: 409, message: 'Head branch was modified. Review and try the merge again.', head: shaOf('0') }, { kind: 'moved' }],
    ['has no review', { status: 405, message: 'At least 1 approving review is required' }, { kind: 'unreviewed', reason: 'At least 1 approving review is required' }],
    ['is refused', { status: 405, message: 'Merge commits are not allowed' }, { kind: 'refused', reason: 'Merge commits are not allowed' }],
    // Whoever asks tries that again for minutes, as any other refusal.
    ['is of a base that has just moved', { status: 405, message: 'Base branch was modified. Review and try the merge again.' }, { kind: 'refused', reason: 'Base branch was modified. Review and try the merge again.' }],
  ] as const)('because it %s', async (_, given, result) => {
    expect(await merging(given)).toEqual(result);
    expect(server.seen.filter(({ method }) => method === 'PUT')).toHaveLength(1);
  });
});

describe('a run is found by its key', () => {
  const runs = (count: number, named: readonly number[]) =>
    Array.from({ length: count }, (_, n) => ({ id: count - n, html_url: '', status: 'queued', conclusion: null, display_title: named.includes(count - n) ? 'Deploy my/key' : 'Deploy another' }));
  const finding = async (all: readonly unknown[]) => {
    const forge = await github((request, response) => {
      const [list, headers] = page(request, all);
      json(response, 200, { total_count: all.length, workflow_runs: list }, headers);
    });
    return (await forge.workflowRuns.carrying('acme/app', 'deploy.yml', 'my/key'))[0];
  };

  test('on the last page', async () => {
    expect(await finding(runs(450, [7]))).toMatchObject({ id: 7, state: 'running' });
  });

  test('and the oldest counts, over pages', async () => {
    expect(await finding(runs(450, [352, 351, 350]))).toMatchObject({ id: 350 });
    expect(server.seen).toHaveLength(3);
  });

  test('or not at all', async () => {
    expect(await finding(runs(250, []))).toBeUndefined();
    expect(server.seen).toHaveLength(3);
  });

  test.each([
    ['Deploy gitaly/1/production', true],
    ['Deploy (gitaly/1/production)', true],
    ['gitaly/1/production', true],
    ['Deploy gitaly/1/production-2', false],
    ['Deploy old-gitaly/1/production', false],
    ['Deploy gitaly/1/production2, then gitaly/1/production', true],
    ['Deploy something else', false],
  ])('in "%s": %s', (name, expected) => {
    expect(carries(name, 'gitaly/1/production')).toBe(expected);
  });
});

describe('a commit that changes one file', () => {
  const [root, folder, file] = ['1', '2', '3'].map((digit) => digit.repeat(40)) as [string, string, string];
  const written = async (mode: string, path = 'bin/version') => {
    let tree: unknown;
    const forge = await github((request, response) => {
      const { pathname } = new URL(request.path, server.url);
      if (request.method === 'POST' && pathname.endsWith('/git/trees')) tree = (JSON.parse(request.body) as { tree: unknown }).tree;
      if (request.method === 'POST') return json(response, 201, { sha: shaOf('f') });
      if (pathname.endsWith(`/git/trees/${root}`)) return json(response, 200, { tree: [{ path: 'bin', mode: '040000', type: 'tree', sha: folder }] });
      if (pathname.endsWith(`/git/trees/${folder}`)) return json(response, 200, { tree: [{ path: 'version', mode, type: 'blob', sha: file }] });
      return json(response, 200, { sha: shaOf('a'), tree: { sha: root } });
    });
    await forge.branches.write({ repository: 'acme/app', parent: shaOf('a'), path, text: 'b\n', message: 'Update', date: '2026-01-01T00:00:00Z' });
    return tree;
  };

  test.each(['100644', '100755'])('keeps its mode: %s', async (mode) => {
    expect(await written(mode)).toMatchObject([{ path: 'bin/version', mode }]);
  });

  test('adds a file that nobody runs', async () => {
    expect(await written('100755', 'bin/other')).toMatchObject([{ path: 'bin/other', mode: '100644' }]);
  });

  test('refuses to write through a link', async () => {
    await expect(written('120000')).rejects.toMatchObject({ type: 'InvalidInput', message: expect.stringContaining('is a symbolic link') });
  });
});

describe('the rules of a branch', () => {
  const reading = async (protection: object, rules: readonly unknown[]) => {
    const forge = await github((request, response) => {
      if (!request.path.includes('/rules/')) return json(response, 200, { name: 'main', protected: true, protection });
      const [list, headers] = page(request, rules);
      json(response, 200, list, headers);
    });
    return forge.access.rules('acme/app', 'main');
  };
  const checks = (...contexts: string[]) => ({ type: 'required_status_checks', parameters: { required_status_checks: contexts.map((context) => ({ context })) } });
  const reviews = (required_approving_review_count: number) => ({ type: 'pull_request', parameters: { required_approving_review_count } });

  test('are those of its own protection and of every ruleset together', async () => {
    const rules = [checks('test', 'lint'), reviews(1), { type: 'deletion' }, checks('e2e'), reviews(2)];
    expect(await reading({ required_status_checks: { contexts: ['build', 'test'] } }, rules)).toEqual({ checks: ['build', 'test', 'lint', 'e2e'], reviews: 2, mergeQueue: false, signatures: false });
  });

  test('may be none but a merge queue', async () => {
    expect(await reading({ enabled: false }, [{ type: 'merge_queue' }])).toEqual({ checks: [], reviews: 0, mergeQueue: true, signatures: false });
  });

  test('may be that commits are signed', async () => {
    expect(await reading({ enabled: false }, [{ type: 'required_signatures' }])).toEqual({ checks: [], reviews: 0, mergeQueue: false, signatures: true });
  });
});

describe('a refused merge', () => {
  const merging = async (reason: string, { state = 'blocked', behindBy = 0 } = {}) => {
    const pull = { number: 7, html_url: '', state: 'open', merged_at: null, merge_commit_sha: null, title: '', body: '', created_at: '', labels: [], mergeable_state: state, auto_merge: null };
    const forge = await github((request, response) => {
      if (request.method === 'PUT') return json(response, 405, { message: reason });
      if (request.path.includes('/compare/')) return json(response, 200, { behind_by: behindBy });
      json(response, 200, { ...pull, head: { sha: shaOf('a') }, base: { ref: 'main' } });
    });
    return (await forge.merging.merge('acme/app', 7, shaOf('a'), 'merge')).kind;
  };

  test.each([
    ['Repository rule violations found\n\nChanges must be made through the merge queue\n\n', {}, 'queueRequired'],
    ['Pull Request is in the merge queue', {}, 'queueRequired'],
    ['6 of 6 required status checks are expected.', { behindBy: 2 }, 'behind'],
    ['6 of 6 required status checks are expected.', {}, 'refused'],
    ['Required status check "test" is expected.', { behindBy: 1 }, 'behind'],
    ['Head branch is not up to date with the base branch.', { behindBy: 1 }, 'behind'],
    ['Something that GitHub may yet say', { state: 'behind' }, 'behind'],
    ['At least 1 approving review is required by reviewers with write access.', {}, 'unreviewed'],
    ['This branch must not contain merge commits.', {}, 'refused'],
  ] as const)('by "%s" (%j) is %s', async (reason, more, kind) => {
    expect(await merging(reason, more)).toBe(kind);
  });
});

test('closing what is merged already, and still shown as open, is tried again', async () => {
  const forge = await github((_, response) => json(response, 422, { message: 'Validation Failed' }));
  await expect(forge.pullRequests.close('acme/app', 7)).rejects.toMatchObject({ type: 'Unavailable', nonRetryable: false });
});
