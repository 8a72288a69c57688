import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectOci } from '../../../ports/registry/oci.ts';
import { scriptedServer } from '../scripted-server.ts';
import type { ScriptedServer } from '../scripted-server.ts';
import { startRegistry } from './registry-server.ts';
import type { RegistryServer } from './registry-server.ts';

const digest = `sha256:${'a1'.repeat(32)}`;

describe('in a real registry', () => {
  let server: RegistryServer;
  beforeAll(async () => {
    server = await startRegistry();
  });
  afterAll(() => server?.stop());

  const digestOf = (tag: string, image = 'monitor/blurts-server') => connectOci({ url: server.url }).digestOf(image, tag);

  test('a tag stands for the digest of its image', async () => {
    const pushed = await server.push('monitor/blurts-server', 'abc1234', 'one');
    expect(await digestOf('abc1234')).toBe(pushed);
    expect(pushed).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  test('another tag of the image has the same digest, and a tag that moves gets another', async () => {
    const pushed = await server.push('monitor/blurts-server', 'def5678', 'two');
    await server.tag('monitor/blurts-server', 'def5678', 'prod-2024.09.01');
    expect(await digestOf('prod-2024.09.01')).toBe(pushed);
    const again = await server.push('monitor/blurts-server', 'def5678', 'three');
    expect(await digestOf('def5678')).toBe(again);
    expect(again).not.toBe(pushed);
  });

  test('what is not there has none', async () => {
    expect(await digestOf('0000000')).toBeUndefined();
    expect(await digestOf('abc1234', 'monitor/nothing')).toBeUndefined();
  });
});

describe('a registry', () => {
  let server: ScriptedServer | undefined;
  const play = async (answer: Parameters<typeof scriptedServer>[0]) => {
    await server?.close();
    server = await scriptedServer(answer);
    return connectOci({ url: server.url, username: 'robot', password: () => 'secret' });
  };
  afterAll(() => server?.close());

  test('that wants a token is asked for one, with the password that only it may see', async () => {
    const registry = await play(({ path, headers }, response) => {
      if (path.startsWith('/token')) response.end(JSON.stringify({ token: 'granted' }));
      else if (headers.authorization === 'Bearer granted') response.writeHead(200, { 'docker-content-digest': digest }).end();
      else response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${headers.host}/token",service="r",scope="repository:m:pull"` }).end();
    });
    expect(await registry.digestOf('m', 't')).toBe(digest);
    expect(server!.seen.map(({ method, path }) => `${method} ${path}`)).toEqual(['HEAD /v2/m/manifests/t', 'GET /token?service=r&scope=repository%3Am%3Apull', 'HEAD /v2/m/manifests/t']);
    expect(server!.seen[1]!.headers.authorization).toBe(`Basic ${Buffer.from('robot:secret').toString('base64')}`);
  });

  test('that wants the password gets it', async () => {
    const registry = await play(({ headers }, response) => {
      if (headers.authorization?.startsWith('Basic ')) response.writeHead(200, { 'docker-content-digest': digest }).end();
      else response.writeHead(401, { 'www-authenticate': 'Basic realm="r"' }).end();
    });
    expect(await registry.digestOf('m', 't')).toBe(digest);
  });

  test('that does not tell the digest is read', async () => {
    const manifest = '{"schemaVersion":2}';
    const registry = await play((_, response) => response.writeHead(200).end(manifest));
    expect(await registry.digestOf('m', 't')).toBe(`sha256:${createHash('sha256').update(manifest).digest('hex')}`);
  });

  test.each([
    [401, {}, 'PermissionDenied', true],
    [403, {}, 'PermissionDenied', true],
    [429, { 'retry-after': '7' }, 'RateLimited', false],
    [500, {}, 'Unavailable', false],
    [302, { location: 'http://elsewhere.test/' }, 'Unavailable', false],
  ])('that answers %s fails with what a workflow can act on', async (status, headers, type, nonRetryable) => {
    const registry = await play((_, response) => response.writeHead(status, headers).end());
    await expect(registry.digestOf('m', 't')).rejects.toMatchObject({ type, nonRetryable });
    if (status === 429) await expect(registry.digestOf('m', 't')).rejects.toMatchObject({ nextRetryDelay: 7_000 });
  });

  test('that is away is asked again', async () => {
    await expect(connectOci({ url: 'http://127.0.0.1:1' }).digestOf('m', 't')).rejects.toMatchObject({ type: 'Unavailable', nonRetryable: false });
  });
});
