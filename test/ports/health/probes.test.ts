import { expect, test } from 'vitest';
import { connectProbes } from '../../../ports/health/probes.ts';
import { json, scriptedServer } from '../scripted-server.ts';

test('every kind of check is looked at by its own adapter', async () => {
  const server = await scriptedServer(({ path }, response) => {
    if (path.startsWith('/api/v1/')) json(response, 200, { status: 'success', data: { resultType: 'scalar', result: [1, '0'] } });
    else if (path.startsWith('/api/0/projects')) json(response, 200, { id: '1', firstEvent: '2026-01-01' });
    else json(response, 200, []);
  });
  const { look } = connectProbes({ PROMETHEUS_URL: server.url, SENTRY_URL: server.url, SENTRY_ORGANIZATION: 'acme', SENTRY_TOKEN: 'secret' });
  expect(await look({ kind: 'http', url: `${server.url}/health` })).toEqual({ kind: 'healthy' });
  expect(await look({ kind: 'prometheus', query: 'up', max: 0 })).toEqual({ kind: 'healthy' });
  expect(await look({ kind: 'sentry', project: 'app', query: 'is:unresolved', seen: 1, max: 0 })).toEqual({ kind: 'healthy' });
  await server.close();
});

test('a check that the worker has no access for is not healthy, and says what is missing', async () => {
  const { look } = connectProbes({});
  expect(await look({ kind: 'prometheus', query: 'up', max: 0 })).toMatchObject({ kind: 'unknown', reason: expect.stringContaining('PROMETHEUS_URL') });
  expect(await look({ kind: 'sentry', project: 'app', query: 'is:unresolved', seen: 1, max: 0 })).toMatchObject({ kind: 'unknown', reason: expect.stringContaining('SENTRY_TOKEN') });
});
