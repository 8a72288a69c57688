import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { checksumsOf } from '../../../ports/artifacts/checksum.ts';
import { readInOrder } from '../../../ports/artifacts/reading.ts';
import type { ArtifactStore, NewArtifact } from '../../../ports/artifacts/store.ts';
import { newArtifact } from './store-contract.ts';
import type { StoreStand } from './store-contract.ts';

/** A store that can be made to fail, and tells what arrived. */
export interface FaultyStoreStand extends StoreStand {
  fault(match: Match, action: Action, times?: number): Promise<void>;
  /** How often each fault has happened. */
  fired(): Promise<readonly number[]>;
  /** Keys of all that was written. */
  journal(): Promise<readonly string[]>;
  /** "status route" of each request since `forget`, the looks behind included. */
  requests(): Promise<readonly string[]>;
  /** Requests and faults. */
  forget(): Promise<void>;
}

type Match = { readonly key: string; readonly nth?: number } | { readonly route: string; readonly nth?: number };
type Action =
  | { readonly kind: 'fail'; readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
  | { readonly kind: 'applyThen'; readonly reply: 'reset' | 'timeout' | { readonly status: number } }
  | { readonly kind: 'rateLimit'; readonly retryAfterSeconds: number };

const media = 'GET /b/{bucket}/o/{object}?alt=media';

/** What an adapter makes of a store that fails. */
export function describeStoreFaults(title: string, open: () => Promise<FaultyStoreStand>): void {
  describe(title, () => {
    let world: FaultyStoreStand;
    let store: ArtifactStore;
    let bucket: string;
    let names = 0;
    const fresh = () => `dist/${(names += 1)}.tar.gz`;
    const artifact = (name: string, text: string, more: Partial<NewArtifact> = {}) => newArtifact(bucket, name, text, more);

    beforeAll(async () => {
      world = await open();
      ({ bucket } = world);
      store = world.connect();
    });
    beforeEach(() => world.forget());
    afterAll(() => world?.close());

    describe('create', () => {
      it('sends nothing twice when the reply is lost: the Conflict of a second attempt is our own success, told by find', async () => {
        const name = fresh();
        await world.fault({ key: `upload ${bucket}/${name}` }, { kind: 'applyThen', reply: 'reset' });
        await expect(store.create(artifact(name, 'once'))).rejects.toMatchObject({ type: 'Unavailable', nonRetryable: false });
        await expect(store.create(artifact(name, 'once'))).rejects.toMatchObject({ type: 'Conflict' });
        const there = await store.find(bucket, name);
        expect(there).toMatchObject({ key: 'schemas/migrator/v1.0.0', crc32c: checksumsOf(Buffer.from('once')).crc32c });
        expect((await world.requests()).filter((request) => request.includes('upload'))).toEqual(['0 POST /upload/b/{bucket}/o', '412 POST /upload/b/{bucket}/o']);
        expect((await world.journal()).filter((key) => key.endsWith(name))).toEqual([`upload ${bucket}/${name}`]);
        expect(await world.fired()).toEqual([1]);
      });
    });

    describe('read', () => {
      async function stored(text: string) {
        const name = fresh();
        await world.put(bucket, { [name]: text });
        return (await store.find(bucket, name))!;
      }

      it.each([
        ['truncated', { body: 'the whole con' }],
        ['longer than it is', { body: 'the whole content and more' }],
        ['with another content', { body: 'the other content' }],
        ['broken off', { body: 'the whole', headers: { 'content-length': '17', connection: 'close' } }],
      ])('tells what arrives %s from what was stored', async (_, answer) => {
        const there = await stored('the whole content');
        await world.fault({ route: media }, { kind: 'fail', status: 200, ...answer });
        await expect(store.read(there)).rejects.toMatchObject({ type: 'Unavailable', nonRetryable: false });
        expect((await store.read(there)).toString()).toBe('the whole content');
        expect(await world.fired()).toEqual([1]);
      });

      it.each([
        ['503', { kind: 'fail', status: 503 }, { type: 'Unavailable', nonRetryable: false }],
        ['a reset connection', { kind: 'applyThen', reply: 'reset' }, { type: 'Unavailable', nonRetryable: false }],
        ['silence', { kind: 'applyThen', reply: 'timeout' }, { type: 'Unavailable', nonRetryable: false }],
        ['429', { kind: 'rateLimit', retryAfterSeconds: 7 }, { type: 'RateLimited', nextRetryDelay: 7_000 }],
        ['403', { kind: 'fail', status: 403 }, { type: 'PermissionDenied', nonRetryable: true }],
      ] as const)('passes %s on as what it is, once', async (_, action, failure) => {
        const there = await stored('content');
        await world.forget();
        await world.fault({ route: media }, action);
        await expect(world.connect({ timeoutMs: 300 }).read(there)).rejects.toMatchObject(failure);
        expect(await world.fired()).toEqual([1]);
        expect(await world.requests()).toHaveLength(1);
      });

      it('stops when it is told to', async () => {
        const there = await stored('content');
        await world.fault({ route: media }, { kind: 'applyThen', reply: 'timeout' });
        const stop = new AbortController();
        const reading = store.read(there, stop.signal);
        stop.abort();
        await expect(reading).rejects.toMatchObject({ type: 'Unavailable' });
      });

      it('in order survives every passing fault at once, whatever order the answers come in', async () => {
        const all = await Promise.all(Array.from({ length: 60 }, (_, index) => stored(`file ${index} ${'x'.repeat(index * 50)}`)));
        const faults: readonly Action[] = [
          { kind: 'fail', status: 503 },
          { kind: 'fail', status: 500 },
          { kind: 'applyThen', reply: 'reset' },
          { kind: 'applyThen', reply: 'timeout' },
          { kind: 'rateLimit', retryAfterSeconds: 0.05 },
          { kind: 'fail', status: 200, body: 'short' },
          { kind: 'fail', status: 200, body: 'x'.repeat(1_000) },
          { kind: 'fail', status: 200, body: 'x', headers: { 'content-length': '60', connection: 'close' } },
        ];
        for (const [index, action] of faults.entries()) await world.fault({ route: media, nth: 1 + index * 5 }, action, 2);
        const read: string[] = [];
        for await (const { artifact: { name }, content } of readInOrder(world.connect({ timeoutMs: 500 }), all, { concurrency: 16, backoffMs: 5 })) {
          read.push(`${name} ${content.toString().split(' ')[1]}`);
        }
        expect(read).toEqual(all.map(({ name }, index) => `${name} ${index}`));
        expect(await world.fired()).toEqual(faults.map(() => 2));
      });
    });

    describe('remove', () => {
      it('is sent once', async () => {
        const made = await store.create(artifact(fresh(), 'ours'));
        await store.remove(made);
        await store.remove(made);
        expect(await store.find(bucket, made.name)).toBeUndefined();
        expect((await world.journal()).filter((key) => key === `remove ${bucket}/${made.name}`)).toHaveLength(1);
      });

      it('whose reply is lost can be done again', async () => {
        const made = await store.create(artifact(fresh(), 'ours'));
        await world.fault({ key: `remove ${bucket}/${made.name}` }, { kind: 'applyThen', reply: { status: 503 } });
        await expect(store.remove(made)).rejects.toMatchObject({ type: 'Unavailable' });
        await store.remove(made);
        expect(await store.find(bucket, made.name)).toBeUndefined();
      });
    });

    describe('any verb', () => {
      it.each([
        ['503 before it acts', { kind: 'fail', status: 503 }, { type: 'Unavailable', nonRetryable: false }],
        ['429', { kind: 'rateLimit', retryAfterSeconds: 7 }, { type: 'RateLimited', nextRetryDelay: 7_000 }],
        ['silence', { kind: 'applyThen', reply: 'timeout' }, { type: 'Unavailable', nonRetryable: false }],
        ['403', { kind: 'fail', status: 403 }, { type: 'PermissionDenied', nonRetryable: true }],
      ] as const)('passes %s on as what it is, and asks once', async (_, action, failure) => {
        const impatient = world.connect({ timeoutMs: 300 });
        const made = await store.create(artifact(fresh(), 'made'));
        const calls = [
          ['GET /b/{bucket}/o', () => impatient.list(bucket, 'dist/')],
          ['GET /b/{bucket}/o/{object}', () => impatient.find(bucket, made.name)],
          ['POST /upload/b/{bucket}/o', () => impatient.create(artifact(fresh(), 'new'))],
          ['POST /b/{bucket}/o/{object}/rewriteTo/b/{bucket}/o/{object}', () => impatient.copy(made, fresh())],
          ['DELETE /b/{bucket}/o/{object}', () => impatient.remove(made)],
        ] as const;
        for (const [route, call] of calls) {
          await world.forget();
          await world.fault({ route }, action, 9);
          await expect(call(), route).rejects.toMatchObject(failure);
          expect(await world.fired(), route).toEqual([1]);
        }
      });

      it('shows its credentials, and none in its failures', async () => {
        const stranger = world.connect({ token: 'not-the-secret-one' });
        const made = await store.create(artifact(fresh(), 'made'));
        const calls = [
          () => stranger.list(bucket, ''),
          () => stranger.find(bucket, made.name),
          () => stranger.read(made),
          () => stranger.create(artifact(fresh(), 'x')),
          () => stranger.copy(made, fresh()),
          () => stranger.remove(made),
        ];
        for (const call of calls) {
          const failure: unknown = await call().catch((error: unknown) => error);
          expect(failure).toMatchObject({ type: 'PermissionDenied', nonRetryable: false });
          expect(JSON.stringify(failure) + String(failure)).not.toContain('not-the-secret-one');
        }
      });
    });
  });
}
