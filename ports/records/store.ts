import { Readable } from 'node:stream';
import type { ReleaseRecord } from '../../domain/release/record.ts';
import { checksumsOf } from '../artifacts/checksum.ts';
import type { ArtifactStore, StorePermission } from '../artifacts/store.ts';
import type { Records } from './records.ts';

const suffix = '.json';

/** Who puts a record in the place of another removes that one. */
const needed: readonly StorePermission[] = ['create', 'list', 'read', 'remove'];

/** Records in a bucket: `<folder>/gitaly/20260131T090000Z-from-1a2b3c4d5e6f.json`. */
export function storeRecords(store: ArtifactStore, { bucket, folder }: { readonly bucket: string; readonly folder: string }): Records {
  const prefix = folder === '' ? '' : `${folder}/`;
  const objectOf = (name: string) => `${prefix}${name}${suffix}`;
  return {
    async names(component) {
      const found = await store.list(bucket, component === undefined ? prefix : `${prefix}${component}/`);
      return found.map(({ name }) => name.slice(prefix.length)).filter((name) => name.endsWith(suffix)).map((name) => name.slice(0, -suffix.length));
    },

    async read(name) {
      const found = await store.find(bucket, objectOf(name));
      return found && (JSON.parse((await store.read(found)).toString('utf8')) as ReleaseRecord);
    },

    async hindrance() {
      const allowed = await store.allowed(bucket);
      const lacking = needed.filter((verb) => !allowed.includes(verb));
      return lacking.length > 0 ? `the credentials may not ${lacking.join(', ')} in all of gs://${bucket}` : undefined;
    },

    async write(name, record) {
      const text = Buffer.from(`${JSON.stringify(record, undefined, 2)}\n`);
      const there = await store.find(bucket, objectOf(name));
      const { size, crc32c, md5 } = checksumsOf(text);
      await store.create({
        bucket,
        name: objectOf(name),
        key: record.release,
        contentType: 'application/json',
        size,
        crc32c,
        md5,
        content: () => Readable.from([text]),
        ...(there && { replaces: there.generation }),
      });
    },
  };
}
