import type { ArtifactStore } from '../../../ports/artifacts/store.ts';

/** A store of which only reading matters. */
export function storeThat(read: ArtifactStore['read']): ArtifactStore {
  const unused = () => Promise.reject(new Error('not to be used here'));
  const stream = () => ({ [Symbol.asyncIterator]: () => ({ next: unused }) });
  return { list: unused, find: unused, create: unused, copy: unused, remove: unused, allowed: unused, read, stream };
}
