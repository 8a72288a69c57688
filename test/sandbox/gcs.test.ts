import { Readable } from 'node:stream';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { checksumsOf } from '../../ports/artifacts/checksum.ts';
import { connectGcs } from '../../ports/artifacts/gcs.ts';
import type { ArtifactStore } from '../../ports/artifacts/store.ts';
import { startSandbox } from '../servers.ts';
import type { SandboxServer } from '../servers.ts';
import { openWorld } from '../worlds.ts';
import type { World } from '../worlds.ts';

let sandbox: SandboxServer;
let world: World;
let store: ArtifactStore;

beforeAll(async () => {
  sandbox = await startSandbox({ validated: false, gcs: true });
});
afterAll(() => sandbox.stop());
beforeEach(async () => {
  ({ world, store } = await opened());
});
afterEach(() => world.close());

async function opened() {
  const one = await openWorld(sandbox.url);
  await one.control('objects', { bucket: 'bucket' });
  return { world: one, store: connectGcs({ endpoint: `${one.url}/gcs`, token: 'gcs-token', timeoutMs: 5_000 }) };
}

function create(name: string, text: string, to = store) {
  const content = Buffer.from(text);
  return to.create({ bucket: 'bucket', name, key: 'k', contentType: 'text/plain', ...checksumsOf(content), content: () => Readable.from([content]) });
}

describe("the sandbox's GCS", () => {
  it('shows objects in the snapshot, the same in every world, however they came there', async () => {
    const other = await opened();
    await create('a', 'first');
    await create('b', 'kept');
    await store.remove(await create('c', 'removed'));
    await create('b', 'kept', other.store);
    await create('a', 'first', other.store);
    const { objects } = await world.snapshot();
    const shown = (text: string) => {
      const { size, crc32c, sha256 } = checksumsOf(Buffer.from(text));
      return { size: String(size), crc32c, metadata: { 'slipway-key': 'k', 'slipway-sha256': sha256 } };
    };
    expect(objects).toEqual({ 'bucket/a': shown('first'), 'bucket/b': shown('kept') });
    expect((await other.world.snapshot())['objects']).toEqual(objects);
    await other.world.close();
  });

  it('journals what was applied, and nothing that was refused', async () => {
    const made = await create('a', 'first');
    await expect(create('a', 'again')).rejects.toMatchObject({ type: 'Conflict' });
    await store.copy(made, 'b');
    await world.control('objects', { bucket: 'bucket', files: { a: 'by a person', c: null } }).catch(() => undefined);
    await expect(store.remove(made)).rejects.toMatchObject({ type: 'Conflict' });
    expect((await world.journal()).map(({ key }) => key)).toEqual(['upload bucket/a', 'copy bucket/a → bucket/b']);
  });

  it.each([
    ['before', 'drop', undefined],
    ['after', 'apply', 'text'],
  ] as const)('holds a write %s it is applied until somebody decides, and answers nobody', async (when, resolve, text) => {
    await world.control('faults', { match: { key: 'upload bucket/a', nth: 1 }, action: { kind: 'hold', when } });
    const writing = create('a', 'text').catch((error: unknown) => error);
    const [held] = await world.control<{ id: string; key: string }[]>('holds?waitMs=5000');
    expect(held).toMatchObject({ key: 'upload bucket/a', nth: 1, when });
    expect(await store.find('bucket', 'a')).toBeUndefined();
    await world.control(`holds/${held?.id}`, { resolve });
    expect(await writing).toMatchObject({ type: 'Unavailable' });
    const there = await store.find('bucket', 'a');
    expect(there && (await store.read(there)).toString()).toBe(text);
  });

  it('refuses what it does not hold by name', async () => {
    const at = (path: string, method = 'GET') => fetch(`${world.url}/gcs${path}`, { method, headers: { authorization: 'Bearer gcs-token' } });
    for (const [path, method] of [['/storage/v1/b/bucket', 'GET'], ['/storage/v1/b/bucket/o/a', 'PATCH'], ['/upload/storage/v1/b/bucket/o?uploadType=resumable&name=a', 'POST']] as const) {
      const answer = await at(path, method);
      expect([answer.status, await answer.json()], path).toMatchObject([501, { error: { errors: [{ reason: 'notImplemented' }] } }]);
    }
    expect((await fetch(`${world.url}/gcs/storage/v1/b/bucket/o`)).status).toBe(401);
  });
});
