import { fromEnvironment } from '../../ports/artifacts/gcs.ts';
import type { ArtifactStore } from '../../ports/artifacts/store.ts';
import { describeStore, newArtifact } from '../ports/artifacts/store-contract.ts';
import type { StoreStand } from '../ports/artifacts/store-contract.ts';
import { assertScratch, mark, required } from './environment.ts';

const bucket = required('SLIPWAY_LIVE_BUCKET', 'a scratch bucket at Google Cloud Storage', { otherHalf: 'test/live/github.test.ts' });
const folder = `${mark}/`;

async function open(): Promise<StoreStand> {
  assertScratch(`gs://${bucket}`, /scratch/i.test(bucket), 'Take a bucket with "scratch" in its name');
  const store = fromEnvironment(process.env);
  return {
    bucket,
    folder,
    connect: () => store,
    async put(_bucket, files = {}) {
      await each(Object.entries(files), ([name, text]) => replace(store, name, text));
    },
    async content(_bucket, name) {
      const there = await store.find(bucket, name);
      return there && (await store.read(there)).toString();
    },
    async close() {
      await each(await store.list(bucket, folder), (artifact) => store.remove(artifact));
    },
  };
}

async function replace(store: ArtifactStore, name: string, text: string): Promise<void> {
  const there = await store.find(bucket, name);
  await store.create(newArtifact(bucket, name, text, { key: 'somebody', ...(there && { replaces: there.generation }) }));
}

/** Some at a time: GCS takes many, a laptop's connection does not. */
async function each<T>(items: readonly T[], act: (item: T) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < items.length; from += 24) await Promise.all(items.slice(from, from + 24).map(act));
}

describeStore(`Google Cloud Storage, in gs://${bucket}/${folder}`, open);
