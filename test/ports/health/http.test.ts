import { afterEach, expect, test } from 'vitest';
import { httpProbe } from '../../../ports/health/http.ts';
import { scriptedServer } from '../scripted-server.ts';
import type { ScriptedServer } from '../scripted-server.ts';

let server: ScriptedServer;
afterEach(() => server.close());

async function look(answer: Parameters<typeof scriptedServer>[0]) {
  server = await scriptedServer(answer);
  return httpProbe({ timeoutMs: 200 }).look({ kind: 'http', url: `${server.url}/health` });
}

test.each([200, 204, 299])('a service that answers %i is healthy', async (status) => {
  expect(await look((_, response) => response.writeHead(status).end())).toEqual({ kind: 'healthy' });
});

test.each([400, 404, 500, 503])('a service that answers %i is unhealthy', async (status) => {
  expect(await look((_, response) => response.writeHead(status).end('{"status":"ok"}'))).toMatchObject({ kind: 'unhealthy', reason: expect.stringContaining(`answered ${status}`) });
});

test('a redirect is not followed, and is no health', async () => {
  const health = await look((request, response) => response.writeHead(request.path === '/health' ? 302 : 200, { location: '/login' }).end());
  expect(health).toMatchObject({ kind: 'unhealthy', reason: expect.stringContaining('/login') });
  expect(server.seen).toHaveLength(1);
});

test('a service that keeps silent is not known to be healthy', async () => {
  expect(await look(() => {})).toMatchObject({ kind: 'unknown' });
});

test('a service that breaks off is not known to be healthy', async () => {
  expect(await look((_, response) => response.destroy())).toMatchObject({ kind: 'unknown' });
});
