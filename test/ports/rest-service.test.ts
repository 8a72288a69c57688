import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { restService } from '../../ports/rest-service.ts';
import { json, scriptedServer } from './scripted-server.ts';
import type { ScriptedServer } from './scripted-server.ts';

let server: ScriptedServer;
afterEach(() => server?.close());

const shape = z.object({ name: z.string() });

async function service(answer: Parameters<typeof scriptedServer>[0]) {
  server = await scriptedServer(answer);
  return restService({ name: 'Flags', url: `${server.url}/`, headers: { authorization: 'secret-token' }, timeoutMs: 200 });
}

const failing = (promise: Promise<unknown>) => promise.then(() => undefined, (error: unknown) => error);

test.each([
  [400, 'Refused', true],
  [401, 'PermissionDenied', true],
  [403, 'PermissionDenied', true],
  [409, 'Conflict', true],
  [422, 'Refused', true],
  [429, 'RateLimited', false],
  [500, 'Unavailable', false],
  [502, 'Unavailable', false],
])('a write that is answered with %i fails as %s', async (status, type, nonRetryable) => {
  const rest = await service((_, response) => json(response, status, { message: 'no such luck' }));
  const failure = await failing(rest.send('POST', '/things', { a: 1 }));
  expect(failure).toMatchObject({ type, nonRetryable, message: `Flags: POST /things was answered with ${status}: no such luck` });
  expect(String(failure)).not.toContain('secret-token');
  expect(server.seen).toHaveLength(1);
});

test.each([
  ['17', 17_000],
  [undefined, 60_000],
  ['soon', 60_000],
])('a limit with Retry-After %s is waited out for %i ms', async (header, delay) => {
  const rest = await service((_, response) => json(response, 429, {}, header === undefined ? {} : { 'retry-after': header }));
  expect(await failing(rest.get('/things', shape))).toMatchObject({ type: 'RateLimited', nextRetryDelay: delay });
});

test('a limit until a date is waited out', async () => {
  const until = new Date(Date.now() + 30_000).toUTCString();
  const rest = await service((_, response) => json(response, 429, {}, { 'retry-after': until }));
  const { nextRetryDelay } = (await failing(rest.get('/things', shape))) as { nextRetryDelay: number };
  expect(nextRetryDelay).toBeGreaterThan(28_000);
  expect(nextRetryDelay).toBeLessThanOrEqual(30_000);
});

test('what is not there reads as undefined, but can’t be written to', async () => {
  const rest = await service((_, response) => json(response, 404, { error: '404 Not Found' }));
  expect(await rest.get('/things/1', shape)).toBeUndefined();
  expect(await failing(rest.send('PUT', '/things/1', {}))).toMatchObject({ type: 'Refused', nonRetryable: true });
});

test.each([
  ['a web page', '<html>', 'text/html'],
  ['half an answer', '{"name":"a', 'application/json'],
  ['something else', '{"title":"a"}', 'application/json'],
])('%s can be asked for again', async (_, body, type) => {
  const rest = await service((__, response) => response.writeHead(200, { 'content-type': type }).end(body));
  expect(await failing(rest.get('/things/1', shape))).toMatchObject({ type: 'Unavailable', nonRetryable: false });
});

test('a redirect is not followed, as the token is for one host only, and ends nothing, as it is a proxy’s', async () => {
  const rest = await service((_, response) => response.writeHead(302, { location: 'https://elsewhere.test/' }).end());
  expect(await failing(rest.get('/things', shape))).toMatchObject({ type: 'Unavailable', nonRetryable: false, message: expect.stringContaining('https://elsewhere.test/') });
  expect(server.seen).toHaveLength(1);
});

test.each([400, 403, 404, 409, 422, 200])('a page that a proxy answers with (%i) is not the service’s word', async (status) => {
  const rest = await service((_, response) => response.writeHead(status, { 'content-type': 'text/html' }).end('<html>Blocked</html>'));
  expect(await failing(rest.get('/things', shape))).toMatchObject({ type: 'Unavailable', nonRetryable: false });
  expect(await failing(rest.send('POST', '/things', {}))).toMatchObject({ type: 'Unavailable', nonRetryable: false });
});

test('a name and a password in the address are sent as such, and never shown', async () => {
  server = await scriptedServer((_, response) => json(response, 400, { message: 'no such luck' }));
  const rest = restService({ name: 'Flags', url: server.url.replace('://', '://user:pa%3Ass-word@'), headers: {} });
  const failure = await failing(rest.get('/things', shape));
  expect(server.seen[0]?.headers.authorization).toBe(`Basic ${Buffer.from('user:pa:ss-word').toString('base64')}`);
  expect(JSON.stringify(failure) + String(failure) + (failure as Error).stack).not.toContain('ss-word');
  await server.close();
  const silent = await failing(rest.get('/things', shape));
  expect(silent).toMatchObject({ type: 'Unavailable' });
  expect(JSON.stringify(silent) + String(silent) + (silent as Error).stack).not.toContain('ss-word');
  server = await scriptedServer(() => {});
});

test.each([
  ['no answer in time', () => {}],
  ['a broken connection', (_: unknown, response: { destroy(): void }) => response.destroy()],
] as const)('%s leaves the outcome unknown, and nothing is sent twice', async (_, answer) => {
  const rest = await service(answer);
  expect(await failing(rest.send('POST', '/things', new URLSearchParams({ a: '1' })))).toMatchObject({ type: 'Unavailable', nonRetryable: false });
  expect(server.seen).toHaveLength(1);
});

test('forms are sent as forms, and objects as JSON', async () => {
  const rest = await service((_, response) => response.writeHead(204).end());
  await rest.send('POST', '/things', new URLSearchParams({ value: '25' }));
  await rest.send('PUT', '/things', { value: 25 });
  await rest.send('DELETE', '/things');
  expect(server.seen.map(({ method, headers, body }) => [method, headers['content-type'], body])).toEqual([
    ['POST', 'application/x-www-form-urlencoded;charset=UTF-8', 'value=25'],
    ['PUT', 'application/json', '{"value":25}'],
    ['DELETE', undefined, ''],
  ]);
});
