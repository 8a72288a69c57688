import { afterEach, describe, expect, test } from 'vitest';
import { connectGcs } from '../../../ports/artifacts/gcs.ts';
import type { Artifact, ArtifactStore } from '../../../ports/artifacts/store.ts';
import { scriptedServer } from '../scripted-server.ts';
import type { ScriptedServer } from '../scripted-server.ts';

let server: ScriptedServer;
afterEach(() => server.close());

const artifact: Artifact = { bucket: 'schemas', name: 'a.sql', generation: '1', size: 1, crc32c: 'AAAAAA==' };
const reads: Readonly<Record<string, (store: ArtifactStore) => Promise<unknown>>> = {
  'a look for an object': (store) => store.find('schemas', 'a.sql'),
  'a list': (store) => store.list('schemas', ''),
  'a download': (store) => store.read(artifact),
};

/** A proxy's answers in place of Google's: they say nothing of what is stored. */
describe.each([200, 302, 400, 403, 404])('a page that a proxy answers with (%i)', (status) => {
  test.each(Object.entries(reads))('tells nothing to %s, which can be tried again', async (_, read) => {
    server = await scriptedServer((request, response) => {
      const headers = { 'content-type': 'text/html', ...(status === 302 && !request.path.endsWith('/login') && { location: '/login' }) };
      response.writeHead(request.path.endsWith('/login') ? 200 : status, headers).end('<html>Log in</html>');
    });
    const store = connectGcs({ endpoint: server.url, token: 'gcs-token', timeoutMs: 2_000 });
    const failure = await read(store).then((found) => ({ found }), (error: unknown) => error);
    expect(failure).toMatchObject({ nonRetryable: false });
    expect(failure).toMatchObject({ type: expect.stringMatching(/^(Unavailable|Conflict)$/) });
  });
});
