import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { pack } from 'tar-stream';
import type { Pack } from 'tar-stream';
import { neverRetry } from '../failures.ts';
import { checksum } from './checksum.ts';
import type { Checksums } from './store.ts';

export interface ArchiveEntry {
  /** No folders: letters, digits, dots, dashes and underscores, at most 100 bytes. */
  readonly name: string;
  readonly content: Buffer;
}

export interface PackedArchive extends Checksums {
  /** 64 hex digits. */
  readonly sha256: string;
  readonly entries: number;
}

/**
 * Writes a .tar.gz whose bytes follow from its entries alone: no owner, no times, entries in the C locale's order, in which they
 * must come. Holds one entry in memory at a time.
 * @throws `InvalidInput` when an entry's name could escape the folder that it is unpacked in, or hide or overwrite another.
 */
export async function packArchive(entries: AsyncIterable<ArchiveEntry>, path: string): Promise<PackedArchive> {
  const tar = pack();
  const sum = checksum();
  let count = 0;

  async function* digested(chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      sum.update(chunk);
      yield chunk;
    }
  }

  async function fill(): Promise<void> {
    const admit = admission();
    for await (const { name, content } of entries) {
      admit(name);
      await add(tar, name, content);
      count += 1;
    }
    tar.finalize();
  }

  const written = pipeline(tar, createGzip({ level: 6 }), markedAsUnix, digested, createWriteStream(path));
  await Promise.all([
    written,
    fill().catch((failure: Error) => {
      tar.destroy(failure);
      throw failure;
    }),
  ]);
  return { ...sum.digest(), entries: count };
}

/** Names that every system unpacks as one plain file, in the order that makes duplicates impossible. */
function admission(): (name: string) => void {
  const folded = new Set<string>();
  let last = '';
  return (name) => {
    const refuse = (reason: string) => neverRetry('InvalidInput', `${JSON.stringify(name)} can't be an entry of an archive: ${reason}`);
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(name)) throw refuse('not a plain file name');
    if (folded.has(name.toLowerCase())) throw refuse('it would overwrite another where case makes no difference');
    if (name <= last) throw refuse(`it comes after ${last}`);
    folded.add(name.toLowerCase());
    last = name;
  };
}

function add(tar: Pack, name: string, content: Buffer): Promise<void> {
  const header = { name, size: content.length, mode: 0o644, uid: 0, gid: 0, uname: '', gname: '', mtime: new Date(0), type: 'file' } as const;
  return new Promise((resolve, reject) => {
    const entry = tar.entry(header, (error) => (error ? reject(error) : resolve()));
    entry.on('error', reject);
    entry.end(content);
  });
}

/** zlib writes the system that it runs on into the header, the one byte in which machines would differ (RFC 1952, OS). */
async function* markedAsUnix(chunks: AsyncIterable<Buffer>) {
  let first = true;
  for await (const chunk of chunks) {
    if (first) chunk[9] = 3;
    first = false;
    yield chunk;
  }
}
