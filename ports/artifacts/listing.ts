import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { neverRetry } from '../failures.ts';

export interface ArchivedFile {
  /** Without a "./" before it. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** 64 hex digits. */
  readonly sha256: string;
}

const mostFiles = 100_000;

/** What a .tar.gz holds, in its own order; folders and links are left out. @throws `InvalidInput` for what is none */
export async function listArchive(content: AsyncIterable<Buffer> | Iterable<Buffer>): Promise<readonly ArchivedFile[]> {
  const files: ArchivedFile[] = [];
  const tar = extract();
  const listed = (async () => {
    for await (const entry of tar) {
      const { name, type } = entry.header;
      const digest = createHash('sha256');
      let size = 0;
      for await (const chunk of entry) {
        digest.update(chunk as Buffer);
        size += (chunk as Buffer).length;
      }
      if (type === 'file') files.push({ name: name.replace(/^\.\//, ''), size, sha256: digest.digest('hex') });
      if (files.length > mostFiles) throw new Error(`more than ${mostFiles} files`);
    }
  })();
  try {
    await Promise.all([pipeline(Readable.from(content), createGunzip(), tar), listed]);
    return files;
  } catch (failure) {
    throw neverRetry('InvalidInput', `no archive that can be read: ${failure instanceof Error ? failure.message : String(failure)}`);
  }
}
