import { afterAll, expect, it } from 'vitest';
import { httpPackages } from '../../../ports/packages/http.ts';
import { json, scriptedServer } from '../scripted-server.ts';
import type { ScriptedServer } from '../scripted-server.ts';

let server: ScriptedServer | undefined;
afterAll(() => server?.close());

async function has(registry: 'rubygems' | 'npm', name: string, version: string, answer: Parameters<typeof scriptedServer>[0]): Promise<boolean> {
  await server?.close();
  server = await scriptedServer(answer);
  return httpPackages().has({ registry, url: server.url, name }, version);
}

it('finds a gem among its versions', async () => {
  const answer: Parameters<typeof scriptedServer>[0] = (_, response) => json(response, 200, [{ number: '12.9.0.pre.rc4', prerelease: true }]);
  expect([await has('rubygems', 'gitaly', '12.9.0.pre.rc4', answer), await has('rubygems', 'gitaly', '12.9.0', answer)]).toEqual([true, false]);
  expect(server!.seen.map(({ path }) => path)).toEqual(['/api/v1/versions/gitaly.json']);
});

it('finds a version of an npm package, also of one with a scope', async () => {
  expect(await has('npm', '@org/gitaly', '12.9.0-rc4', (_, response) => json(response, 200, { name: '@org/gitaly', version: '12.9.0-rc4' }))).toBe(true);
  expect(server!.seen.map(({ path }) => path)).toEqual(['/@org%2fgitaly/12.9.0-rc4']);
});

it.each(['rubygems', 'npm'] as const)('takes a line of %s for not published, and anything else for no answer', async (registry) => {
  const plain = (status: number, type: string, text: string): Parameters<typeof scriptedServer>[0] => (_, response) => void response.writeHead(status, { 'content-type': type }).end(text);
  expect(await has(registry, 'gitaly', '1.0.0', plain(404, 'text/plain', 'This rubygem could not be found.'))).toBe(false);
  expect(await has(registry, 'gitaly', '1.0.0', plain(404, 'application/json', '"version not found: 1.0.0"'))).toBe(false);
  for (const answer of [plain(404, 'text/html', '<html>'), plain(200, 'text/html', '<html>'), plain(500, 'application/json', '{}'), plain(302, 'text/plain', '')]) {
    await expect(has(registry, 'gitaly', '1.0.0', answer)).rejects.toMatchObject({ type: 'Unavailable', nonRetryable: false });
  }
  await expect(has(registry, 'gitaly', '1.0.0', plain(403, 'application/json', '{}'))).rejects.toMatchObject({ type: 'PermissionDenied' });
});
