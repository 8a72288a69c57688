import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ApplicationFailure } from '@temporalio/common';
import { answerOf } from '../../ports/failures.ts';
import { listArchive } from '../../ports/artifacts/listing.ts';
import type { ArchivedFile } from '../../ports/artifacts/listing.ts';
import type { Artifact, ArtifactStore } from '../../ports/artifacts/store.ts';

/** Bytes: one that is larger holds no schemas, and would be fetched for too long. */
export const largestArchive = 128 * 1024 * 1024;

/**
 * Lists a tarball of the bucket. It goes through a file: memory does not grow with it, and what has arrived damaged is fetched again instead of being called one that
 * can't be read. @throws `InvalidInput` for what is no tarball
 */
export async function listTarball(artifacts: ArtifactStore, artifact: Artifact): Promise<{ readonly files: readonly ArchivedFile[]; readonly sha256: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-schemas-'));
  try {
    const file = join(folder, 'archive');
    const digest = createHash('sha256');
    await pipeline(artifacts.stream(artifact), async function* hash(chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        digest.update(chunk);
        yield chunk;
      }
    }, createWriteStream(file));
    return { files: await listArchive(createReadStream(file)), sha256: digest.digest('hex') };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The same of one that may be damaged: undefined then, as it says nothing. */
export async function listReadableTarball(artifacts: ArtifactStore, artifact: Artifact): Promise<readonly ArchivedFile[] | undefined> {
  try {
    return (await listTarball(artifacts, artifact)).files;
  } catch (failure) {
    if (failure instanceof ApplicationFailure && failure.type === 'InvalidInput' && answerOf(failure) === undefined) return undefined;
    throw failure;
  }
}
