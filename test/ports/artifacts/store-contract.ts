import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checksumsOf } from '../../../ports/artifacts/checksum.ts';
import type { ArtifactStore, NewArtifact } from '../../../ports/artifacts/store.ts';

/** A store to be held against the contract, and a way to look behind it. */
export interface StoreStand {
  connect(settings?: { token?: string; timeoutMs?: number }): ArtifactStore;
  readonly bucket: string;
  /** What the names of the suite's artifacts begin with: empty, or ending with a slash. */
  readonly folder: string;
  /** Makes objects, or replaces them, behind everybody's back. */
  put(bucket: string, files?: Readonly<Record<string, string>>): Promise<void>;
  content(bucket: string, name: string): Promise<string | undefined>;
  close(): Promise<void>;
}

export function newArtifact(bucket: string, name: string, text: string, more: Partial<NewArtifact> = {}): NewArtifact {
  const content = Buffer.from(text);
  return { bucket, name, key: 'schemas/migrator/v1.0.0', contentType: 'application/json', ...checksumsOf(content), content: () => Readable.from([content]), ...more };
}

/** What every store must do, whoever stands behind it. */
export function describeStore(title: string, open: () => Promise<StoreStand>): void {
  describe(title, () => {
    let world: StoreStand;
    let store: ArtifactStore;
    let bucket: string;
    let folder: string;
    let names = 0;
    const fresh = () => `${folder}dist/${(names += 1)}.tar.gz`;
    const artifact = (name: string, text: string, more: Partial<NewArtifact> = {}) => newArtifact(bucket, name, text, more);

    beforeAll(async () => {
      world = await open();
      ({ bucket, folder } = world);
      store = world.connect();
    });
    afterAll(() => world?.close());

    describe('create', () => {
      it('makes what find tells and read reads', async () => {
        const name = fresh();
        expect(await store.find(bucket, name)).toBeUndefined();
        const made = await store.create(artifact(name, '{"a":1}'));
        expect(made).toMatchObject({ bucket, name, size: 7, key: 'schemas/migrator/v1.0.0', md5: checksumsOf(Buffer.from('{"a":1}')).md5 });
        expect(made.generation).toMatch(/^\d{10,}$/);
        expect(await store.find(bucket, name)).toEqual(made);
        expect((await store.read(made)).toString()).toBe('{"a":1}');
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
    });

    describe('list', () => {
      it('finds all of a prefix over many pages, and nothing else', async () => {
        const many = Array.from({ length: 1_050 }, (_, index) => `${folder}many/v${index}.json`);
        await world.put(bucket, Object.fromEntries([...many, `${folder}man`].map((name) => [name, name])));
        const found = await store.list(bucket, `${folder}many/`);
        expect(found.map(({ name }) => name).toSorted()).toEqual(many.toSorted());
        expect(found[7]).toEqual(await store.find(bucket, found[7]?.name ?? ''));
        expect(await store.list(bucket, `${folder}none/`)).toEqual([]);
      }, 120_000);
    });

    describe('read', () => {
      it('sees one generation only', async () => {
        const first = await store.create(artifact(fresh(), 'first'));
        await store.create(artifact(first.name, 'second', { replaces: first.generation }));
        await expect(store.read(first)).rejects.toMatchObject({ type: 'Conflict', nonRetryable: false });
        const removed = await store.create(artifact(fresh(), 'removed'));
        await store.remove(removed);
        await expect(store.read(removed)).rejects.toMatchObject({ type: 'Conflict' });
      });

      it('names files of any spelling', async () => {
        await world.put(bucket, { [`${folder}odd/a b+c%2F?#ü.json`]: 'odd' });
        const [odd] = await store.list(bucket, `${folder}odd/`);
        expect((await store.read(odd!)).toString()).toBe('odd');
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
      });

      it('never touches what somebody has put in its place', async () => {
        const made = await store.create(artifact(fresh(), 'ours'));
        await world.put(bucket, { [made.name]: 'rebuilt by somebody' });
        await expect(store.remove(made)).rejects.toMatchObject({ type: 'Conflict', nonRetryable: true });
        expect(await world.content(bucket, made.name)).toBe('rebuilt by somebody');
      });
    });

    describe('allowed', () => {
      it('tells what the credentials may do', async () => {
        expect((await store.allowed(bucket)).toSorted()).toEqual(['create', 'list', 'read', 'remove']);
      });
    });

    describe('any verb', () => {
      it('names a bucket that does not exist', async () => {
        await expect(store.list('no-such-bucket', '')).rejects.toMatchObject({ type: 'PermissionDenied', message: expect.stringContaining('gs://no-such-bucket/') });
        await expect(store.create(artifact('x', 'x', { bucket: 'no-such-bucket' }))).rejects.toMatchObject({ type: 'PermissionDenied' });
      });
    });
  });
}
