import { ApplicationFailure } from '@temporalio/common';
import { afterEach, describe, expect, test } from 'vitest';
import { connectGitHub } from '../../../ports/forge/github/github.ts';
import type { Forge } from '../../../ports/forge/forge.ts';
import { json, scriptedServer } from '../scripted-server.ts';
import type { ScriptedServer } from '../scripted-server.ts';

let server: ScriptedServer;
afterEach(() => server.close());

async function github(answer: Parameters<typeof scriptedServer>[0], timeoutMs = 2_000): Promise<Forge> {
  server = await scriptedServer(answer);
  return connectGitHub({ baseUrl: server.url, token: 'secret-token', timeoutMs, writeIntervalMs: 0 });
}

async function failure(promise: Promise<unknown>): Promise<ApplicationFailure> {
  const caught = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(caught).toBeInstanceOf(ApplicationFailure);
  return caught as ApplicationFailure;
}

const inAMinute = Math.floor(Date.parse('2026-01-01T00:01:00Z') / 1_000);
const answers = [
  { called: 'a bad token', status: 401, body: { message: 'Bad credentials' }, type: 'PermissionDenied', retryable: true, delayMs: 60_000 },
  { called: 'a missing permission', status: 403, body: { message: 'Resource not accessible by integration' }, type: 'PermissionDenied', retryable: false },
  { called: 'something that is not there', status: 404, body: { message: 'Not Found' }, type: 'PermissionDenied', retryable: false },
  { called: 'a conflict', status: 409, body: { message: 'Conflict' }, type: 'Conflict', retryable: false },
  { called: 'a bad request', status: 400, body: { message: 'Problems parsing JSON' }, type: 'InvalidInput', retryable: false },
  { called: 'too many requests', status: 429, headers: { 'retry-after': '7' }, body: { message: 'Slow down' }, type: 'RateLimited', retryable: true, delayMs: 7_000 },
  { called: 'too many requests without a word on how long', status: 429, body: { message: 'Slow down' }, type: 'RateLimited', retryable: true, delayMs: 60_000 },
  {
    called: 'the primary limit',
    status: 403,
    headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(inAMinute), date: 'Thu, 01 Jan 2026 00:00:00 GMT' },
    body: { message: 'API rate limit exceeded for installation ID 1.' },
    type: 'RateLimited',
    retryable: true,
    delayMs: 60_000,
  },
  { called: 'the secondary limit', status: 403, body: { message: 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.' }, type: 'RateLimited', retryable: true, delayMs: 60_000 },
  { called: 'a fault at GitHub', status: 500, body: { message: 'Server Error' }, type: 'Unavailable', retryable: true },
  ...[400, 403, 404, 409, 422].map((status) => ({ called: "a proxy's page", status, body: '<html>Blocked</html>', type: 'Unavailable', retryable: true }) as const),
  { called: 'a fault before GitHub', status: 502, body: '<html>Bad Gateway</html>', type: 'Unavailable', retryable: true },
] as const;

describe.each(answers)('$called ($status)', (answer) => {
  test(`is ${answer.type}, ${answer.retryable ? 'worth' : 'not worth'} trying again`, async () => {
    const forge = await github((_, response) => json(response, answer.status, answer.body, 'headers' in answer ? answer.headers : {}));
    const caught = await failure(forge.pullRequests.close('acme/app', 1));
    expect(caught).toMatchObject({ type: answer.type, nonRetryable: !answer.retryable });
    expect(caught.nextRetryDelay).toBe('delayMs' in answer ? answer.delayMs : undefined);
    expect(caught.message).toContain('PATCH /repos/acme/app/pulls/1');
    expect(JSON.stringify(caught) + caught.stack).not.toContain('secret-token');
    expect(server.seen).toHaveLength(1);
  });
});

describe('no answer', () => {
  const losses = {
    'a reset': (_request, response) => response.destroy(),
    'silence': () => {},
    'an answer that breaks off': (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '500' });
      response.write('{"number":');
      setTimeout(() => response.destroy(), 20);
    },
    'a page of something in between': (_request, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Log in</html>'),
  } satisfies Record<string, Parameters<typeof scriptedServer>[0]>;

  test.each(Object.entries(losses))('%s leaves the outcome unknown, and the write is sent once', async (_, answer) => {
    const forge = await github(answer, 200);
    const caught = await failure(forge.pullRequests.open({ repository: 'acme/app', head: 'release', base: 'main', title: 't', body: '' }));
    expect(caught).toMatchObject({ type: 'Unavailable', nonRetryable: false });
    expect(caught.message).toContain('POST');
    expect(JSON.stringify(caught) + caught.stack).not.toContain('secret-token');
    expect(server.seen).toHaveLength(1);
  });

  test('a read that breaks off is not taken for an empty list', async () => {
    const forge = await github((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '500' });
      response.write('[');
      setTimeout(() => response.destroy(), 20);
    });
    expect(await failure(forge.pullRequests.list('acme/app', 'release', 'main'))).toMatchObject({ type: 'Unavailable' });
  });
});

test('after a limit nothing is sent before its time, whoever asks', async () => {
  const limited = { status: 429, headers: { 'retry-after': '1' }, body: { message: 'Slow down' } };
  const forge = await github((_, response) => (server.seen.length === 1 ? json(response, limited.status, limited.body, limited.headers) : json(response, 200, [])));
  const asked = performance.now();
  await failure(forge.pullRequests.list('acme/app', 'release', 'main'));
  const again = await failure(forge.pullRequests.list('acme/app', 'release', 'main'));
  expect(again).toMatchObject({ type: 'RateLimited', nonRetryable: false });
  expect(Number(again.nextRetryDelay)).toBeLessThanOrEqual(1_000);
  expect(server.seen).toHaveLength(1);
  await new Promise((resolve) => setTimeout(resolve, Number(again.nextRetryDelay)));
  expect(await forge.pullRequests.list('acme/app', 'release', 'main')).toEqual([]);
  expect(performance.now() - asked).toBeGreaterThanOrEqual(1_000);
});

test('names the permission that GitHub asks for', async () => {
  const forge = await github((_, response) => json(response, 403, { message: 'Resource not accessible by personal access token' }, { 'x-accepted-github-permissions': 'pull_requests=write' }));
  expect((await failure(forge.pullRequests.close('acme/app', 1))).message).toContain('pull_requests=write');
});

test('a proxy that sends a write elsewhere has not refused it for GitHub', async () => {
  const forge = await github((_, response) => response.writeHead(302, { location: 'https://login.elsewhere.test/' }).end());
  expect(await failure(forge.pullRequests.close('acme/app', 1))).toMatchObject({ type: 'Unavailable', nonRetryable: false });
  expect(server.seen).toHaveLength(1);
});

test('a repository that has moved is not written to', async () => {
  const forge = await github((_, response) => json(response, 307, { message: 'Temporary Redirect' }, { location: `${server.url}/repositories/1/pulls` }));
  const caught = await failure(forge.pullRequests.open({ repository: 'acme/app', head: 'release', base: 'main', title: 't', body: '' }));
  expect(caught).toMatchObject({ type: 'InvalidInput', nonRetryable: true });
  expect(server.seen).toHaveLength(1);
});

test('something that is no "owner/name" is refused before anything is sent', async () => {
  const forge = await github((_, response) => json(response, 200, []));
  expect(await failure(forge.branches.find('acme/app/../../admin', 'main'))).toMatchObject({ type: 'InvalidInput' });
  expect(server.seen).toHaveLength(0);
});

describe('a GraphQL answer', () => {
  const says = (error: object, headers: Readonly<Record<string, string>> = {}) =>
    github((request, response) => (request.path === '/graphql' ? json(response, 200, { data: null, errors: [error] }, headers) : json(response, 200, { id: 1 })));

  test.each([
    ['that the limit is reached', { type: 'RATE_LIMIT', message: 'API rate limit already exceeded for user ID 1.' }, { type: 'RateLimited', nonRetryable: false, nextRetryDelay: 60_000 }],
    ['so in its older words', { type: 'RATE_LIMITED', message: 'API rate limit exceeded' }, { type: 'RateLimited', nonRetryable: false, nextRetryDelay: 60_000 }],
    ['that the token lacks scopes', { type: 'INSUFFICIENT_SCOPES', message: "Your token has not been granted the required scopes: ['read:org']" }, { type: 'PermissionDenied', nonRetryable: true, message: expect.stringContaining('needs more scopes') }],
    ['that it does not know the question', { message: "Field 'isInMergeQueue' doesn't exist on type 'PullRequest'", extensions: { code: 'undefinedField' } }, { type: 'Refused', nonRetryable: true, message: expect.stringContaining('Enterprise Server') }],
    ['that something went wrong', { message: 'Something went wrong while executing your query.' }, { type: 'Unavailable', nonRetryable: false }],
  ])('says %s', async (_, error, expected) => {
    const forge = await says(error, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(inAMinute), date: 'Thu, 01 Jan 2026 00:00:00 GMT' });
    expect(await failure(forge.merging.queuePlace('acme/app', 1))).toMatchObject(expected);
  });

  test('that names a limit keeps the connection quiet until then', async () => {
    const forge = await says({ type: 'RATE_LIMIT', message: 'API rate limit already exceeded' }, { 'retry-after': '7' });
    await failure(forge.merging.queuePlace('acme/app', 1));
    expect(await failure(forge.branches.find('acme/app', 'main'))).toMatchObject({ type: 'RateLimited' });
    expect(server.seen).toHaveLength(1);
  });
});
