import { Readable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { checksumsOf } from '../../../activities/artifacts/checksum.ts';
import { readInOrder } from '../../../activities/artifacts/reading.ts';
import type { ArtifactStore, NewArtifact } from '../../../activities/artifacts/store.ts';

/** A world with a store in it, that a test can spoil and look behind. */
export interface StoreStand {
  connect(settings?: { token?: string; timeoutMs?: number }): ArtifactStore;
  /** Makes a bucket, and objects in it, behind everybody's back. */
  put(bucket: string, files?: Readonly<Record<string, string>>): Promise<void>;
  content(bucket: string, name: string): Promise<string | undefined>;
  fault(match: Match, action: Action, times?: number): Promise<void>;
  /** How often each fault has happened. */
  fired(): Promise<readonly number[]>;
  /** Keys of all that was written. */
  journal(): Promise<readonly string[]>;
  /** "status route" of each request since `forget`, the looks behind included. */
  requests(): Promise<readonly string[]>;
  /** Requests and faults. */
  forget(): Promise<void>;
  close(): Promise<void>;
}

type Match = { readonly key: string; readonly nth?: number } | { readonly route: string; readonly nth?: number };
type Action =
  | { readonly kind: 'fail'; readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
  | { readonly kind: 'applyThen'; readonly reply: 'reset' | 'timeout' | { readonly status: number } }
  | { readonly kind: 'rateLimit'; readonly retryAfterSeconds: number };

const bucket = 'schemas-migrations';
const media = 'GET /b/{bucket}/o/{object}?alt=media';

/** What every store must do, shown on one that can be made to fail. */
export function describeStore(title: string, open: () => Promise<StoreStand>): void {
  describe(title, () => {
    let world: StoreStand;
    let store: ArtifactStore;
    let names = 0;
    const fresh = () => `dist/${(names += 1)}.tar.gz`;

    beforeAll(async () => {
      world = await open();
      store = world.connect();
      await world.put(bucket);
    });
    beforeEach(() => world.forget());
    afterAll(() => world.close());

    function artifact(name: string, text: string, more: Partial<NewArtifact> = {}): NewArtifact {
      const content = Buffer.from(text);
      return { bucket, name, key: 'schemas/migrator/v1.0.0', contentType: 'application/json', ...checksumsOf(content), content: () => Readable.from([content]), ...more };
    }

    describe('create', () => {
      it('makes what find tells and read reads', async () => {
        const name = fresh();
        expect(await store.find(bucket, name)).toBeUndefined();
        const made = await store.create(artifact(name, '{"a":1}'));
        expect(made).toMatchObject({ bucket, name, size: 7, key: 'schemas/migrator/v1.0.0', md5: checksumsOf(Buffer.from('{"a":1}')).md5 });
        expect(made.generation).toMatch(/^\d{10,}$/);
        expect(await store.find(bucket, name)).toEqual(made);
        expect((await store.read(made)).toString()).toBe('{"a":1}');
        expect((await world.journal()).filter((key) => key.endsWith(name))).toEqual([`upload ${bucket}/${name}`]);
      });

      it('makes an empty artifact, and a large one piece by piece', async () => {
        const [empty, large] = [fresh(), fresh()];
        expect(await store.create(artifact(empty, ''))).toMatchObject({ size: 0 });
        const text = 'slipway '.repeat(400_000);
        const pieces = () => Readable.from(text.match(/[^]{1,65536}/g) ?? []);
        expect(await store.create(artifact(large, text, { content: pieces }))).toMatchObject({ size: 3_200_000 });
        expect(await world.content(bucket, large)).toBe(text);
      });

      it('is a Conflict when anything is there, and leaves it', async () => {
        const name = fresh();
        await world.put(bucket, { [name]: 'theirs' });
        await expect(store.create(artifact(name, 'ours'))).rejects.toMatchObject({ type: 'Conflict', nonRetryable: true });
        expect(await world.content(bucket, name)).toBe('theirs');
      });

      it('replaces the generation that it names, and no other', async () => {
        const name = fresh();
        const first = await store.create(artifact(name, 'first'));
        const second = await store.create(artifact(name, 'second', { replaces: first.generation }));
        expect(second.generation).not.toBe(first.generation);
        await expect(store.create(artifact(name, 'third', { replaces: first.generation }))).rejects.toMatchObject({ type: 'Conflict' });
        expect(await world.content(bucket, name)).toBe('second');
      });

      it('has one winner of many at once', async () => {
        const name = fresh();
        const racers = await Promise.allSettled(Array.from({ length: 8 }, (_, index) => store.create(artifact(name, `racer ${index}`))));
        const winners = racers.flatMap((racer, index) => (racer.status === 'fulfilled' ? [`racer ${index}`] : []));
        expect(winners).toEqual([await world.content(bucket, name)]);
      });

      it('makes nothing of what was damaged on the way, and says that trying again may help', async () => {
        const name = fresh();
        const wrong = artifact(name, 'as meant', { content: () => Readable.from([Buffer.from('as sent ')]) });
        await expect(store.create(wrong)).rejects.toMatchObject({ type: 'Unavailable', nonRetryable: false });
        expect(await world.content(bucket, name)).toBeUndefined();
      });

      it('fails as its content fails, and makes nothing', async () => {
        const name = fresh();
        async function* broken() {
          yield Buffer.from('half of it');
          throw new Error('the disk is gone');
        }
        await expect(store.create(artifact(name, 'whole', { content: () => Readable.from(broken()) }))).rejects.toThrow('the disk is gone');
        expect(await world.content(bucket, name)).toBeUndefined();
      });

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

    describe('list', () => {
      it('finds all of a prefix over many pages, and nothing else', async () => {
        const many = Array.from({ length: 1_050 }, (_, index) => `many/v${index}.json`);
        await world.put('a-large-one', Object.fromEntries([...many, 'man'].map((name) => [name, name])));
        const found = await store.list('a-large-one', 'many/');
        expect(found.map(({ name }) => name).toSorted()).toEqual(many.toSorted());
        expect(found[7]).toEqual(await store.find('a-large-one', found[7]?.name ?? ''));
        expect(await store.list('a-large-one', 'none/')).toEqual([]);
      }, 30_000);
    });

    describe('read', () => {
      async function stored(text: string) {
        const name = fresh();
        await world.put(bucket, { [name]: text });
        return (await store.find(bucket, name))!;
      }

      it('sees one generation only', async () => {
        const first = await store.create(artifact(fresh(), 'first'));
        await store.create(artifact(first.name, 'second', { replaces: first.generation }));
        await expect(store.read(first)).rejects.toMatchObject({ type: 'Conflict', nonRetryable: false });
        const removed = await store.create(artifact(fresh(), 'removed'));
        await store.remove(removed);
        await expect(store.read(removed)).rejects.toMatchObject({ type: 'Conflict' });
      });

      it('names files of any spelling', async () => {
        await world.put(bucket, { 'odd/a b+c%2F?#ü.json': 'odd' });
        const [odd] = await store.list(bucket, 'odd/');
        expect((await store.read(odd!)).toString()).toBe('odd');
      });

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

    describe('copy', () => {
      it('keeps content and key, beside the original', async () => {
        const original = await store.create(artifact(fresh(), 'precious'));
        const to = fresh();
        const copy = await store.copy(original, to);
        expect(copy).toMatchObject({ bucket, name: to, crc32c: original.crc32c, md5: original.md5, key: original.key });
        expect(await store.find(bucket, to)).toEqual(copy);
        expect(await store.find(bucket, original.name)).toEqual(original);
      });

      it('takes no name that is taken, but for the generation that it names', async () => {
        const original = await store.create(artifact(fresh(), 'original'));
        const other = await store.create(artifact(fresh(), 'other'));
        await expect(store.copy(original, other.name)).rejects.toMatchObject({ type: 'Conflict' });
        await expect(store.copy(original, other.name, { replaces: '1' })).rejects.toMatchObject({ type: 'Conflict' });
        expect(await world.content(bucket, other.name)).toBe('other');
        await store.copy(original, other.name, { replaces: other.generation });
        expect(await world.content(bucket, other.name)).toBe('original');
      });

      it('never copies another generation than the one it was given', async () => {
        const original = await store.create(artifact(fresh(), 'original'));
        await store.create(artifact(original.name, 'rebuilt', { replaces: original.generation }));
        const to = fresh();
        await expect(store.copy(original, to)).rejects.toMatchObject({ nonRetryable: true });
        expect(await world.content(bucket, to)).toBeUndefined();
      });
    });

    describe('remove', () => {
      it('removes its own generation, and minds nothing when it is gone', async () => {
        const made = await store.create(artifact(fresh(), 'ours'));
        await store.remove(made);
        await store.remove(made);
        expect(await store.find(bucket, made.name)).toBeUndefined();
        expect((await world.journal()).filter((key) => key === `remove ${bucket}/${made.name}`)).toHaveLength(1);
      });

      it('never touches what somebody has put in its place', async () => {
        const made = await store.create(artifact(fresh(), 'ours'));
        await world.put(bucket, { [made.name]: 'rebuilt by somebody' });
        await expect(store.remove(made)).rejects.toMatchObject({ type: 'Conflict', nonRetryable: true });
        expect(await world.content(bucket, made.name)).toBe('rebuilt by somebody');
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

      it('names a bucket that does not exist', async () => {
        await expect(store.list('no-such-bucket', '')).rejects.toMatchObject({ type: 'PermissionDenied', message: expect.stringContaining('gs://no-such-bucket/') });
        await expect(store.create(artifact('x', 'x', { bucket: 'no-such-bucket' }))).rejects.toMatchObject({ type: 'PermissionDenied' });
      });
    });
  });
}
