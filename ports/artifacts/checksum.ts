import { createHash } from 'node:crypto';
import { crc32c, crc32cText } from './crc32c.ts';
import type { Checksums } from './store.ts';

/** Every checksum that a store or a build asks for, computed in one pass. */
export function checksum() {
  const sha256 = createHash('sha256');
  const md5 = createHash('md5');
  let crc = 0;
  let size = 0;
  return {
    update(chunk: Buffer): void {
      sha256.update(chunk);
      md5.update(chunk);
      crc = crc32c(chunk, crc);
      size += chunk.length;
    },
    /** Ends it. `sha256` is in hex, as Bazel writes it; the others in base64, as GCS does. */
    digest(): Checksums & { readonly sha256: string } {
      return { size, sha256: sha256.digest('hex'), md5: md5.digest('base64'), crc32c: crc32cText(crc) };
    },
  };
}

export function checksumsOf(content: Buffer): Checksums & { readonly sha256: string } {
  const sum = checksum();
  sum.update(content);
  return sum.digest();
}
