import type { Progress } from '../../domain/release/progress.ts';
import type { ArchiveEntry } from '../../ports/artifacts/archive.ts';
import { readInOrder } from '../../ports/artifacts/reading.ts';
import type { ArtifactStore } from '../../ports/artifacts/store.ts';
import { assertWanted } from '../../ports/pulse.ts';
import type { StoredArtifact } from './stock.ts';

/** Files of the bucket, fetched many at once, in the order in which they were given. */
export async function* readEntries(artifacts: ArtifactStore, inputs: readonly StoredArtifact[], progressed: (progress: Progress) => void): AsyncGenerator<ArchiveEntry> {
  const names = new Map(inputs.map(({ artifact, name }) => [artifact, name]));
  const ofBytes = inputs.reduce((sum, { size }) => sum + size, 0);
  let [files, bytes] = [0, 0];
  for await (const { artifact, content } of readInOrder(artifacts, inputs.map((input) => input.artifact))) {
    assertWanted();
    [files, bytes] = [files + 1, bytes + content.length];
    progressed({ what: 'fetched', files, of: inputs.length, bytes, ofBytes });
    yield { name: names.get(artifact)!, content };
  }
}

/** Two sequences in the order of their names, made one. */
export async function* inOrder(stored: AsyncIterable<ArchiveEntry>, current: readonly ArchiveEntry[]): AsyncGenerator<ArchiveEntry> {
  const rest = [...current];
  for await (const entry of stored) {
    while (rest[0] && rest[0].name < entry.name) yield rest.shift()!;
    yield entry;
  }
  yield* rest;
}
