import type { Readable } from 'node:stream';

/**
 * Where built files are kept. What a name holds is never changed, only replaced by another generation of it.
 *
 * Contract of every verb: reads answer `undefined` for what does not exist; writes are guarded by generation, sent once and never
 * retried by the adapter (see `effect.ts`). Failures are those of the forge's port; `Conflict` means that another generation than
 * the expected one is there, which may be our own success whose reply was lost.
 */
export interface ArtifactStore {
  /** Every artifact whose name starts with `prefix`, in any order. */
  list(bucket: string, prefix: string): Promise<readonly Artifact[]>;
  find(bucket: string, name: string): Promise<Artifact | undefined>;
  /** All bytes of exactly this generation, their checksum verified. Fails with a retryable `Conflict` when it is gone. */
  read(artifact: Artifact, signal?: AbortSignal): Promise<Buffer>;
  /** The same, piece by piece: what is wrong with it may be known only at its end. */
  stream(artifact: Artifact, signal?: AbortSignal): AsyncIterable<Buffer>;
  /** Visible only when it is whole and its checksums are right. Fails with `Conflict` unless `replaces` is what is there. */
  create(artifact: NewArtifact): Promise<Artifact>;
  /** Copies exactly this generation to another name of its bucket, key included; guarded as `create` is. */
  copy(artifact: Artifact, to: string, options?: { readonly replaces?: string }): Promise<Artifact>;
  /** Which of these the credentials may do anywhere in a bucket. */
  allowed(bucket: string): Promise<readonly StorePermission[]>;
  /** Removes exactly this generation. Fails with `Conflict` when another one is there; absent is as good as removed. */
  remove(artifact: Artifact): Promise<void>;
}

export type StorePermission = 'create' | 'list' | 'read' | 'remove';

/** Enough to tell equal content from other content; md5 and crc32c as the store computed them, in base64. */
export interface Checksums {
  /** Bytes. */
  readonly size: number;
  readonly crc32c: string;
  readonly md5: string;
}

export interface Artifact extends Omit<Checksums, 'md5'> {
  readonly bucket: string;
  readonly name: string;
  /** Of this name's content; a later one is another content. */
  readonly generation: string;
  /** Missing where the store put the artifact together from pieces. */
  readonly md5?: string;
  /** Business key of the release that made it, if one did. */
  readonly key?: string;
  /** 64 hex digits; where the release that made it has said so. */
  readonly sha256?: string;
  /** ISO 8601: when it became what it is. */
  readonly createdAt?: string;
  /** Content-Encoding, such as "gzip": the store may hand out something else than it holds. */
  readonly encoding?: string;
}

export interface NewArtifact extends Checksums {
  readonly bucket: string;
  readonly name: string;
  readonly key: string;
  readonly contentType: string;
  /** What is kept with it, for `Artifact.sha256`. */
  readonly sha256?: string;
  /** Whether what caches hold is asked about before it is used: for names whose content is replaced. */
  readonly revalidated?: true;
  /** Opens the content; opened once an attempt. */
  readonly content: () => Readable;
  /** The generation to take the place of; nothing may be there, if not given. */
  readonly replaces?: string;
}

/** Whether an artifact gives those who fetch it this content: one that is stored compressed gives them another than it holds. */
export function sameContent(a: Pick<Artifact, 'size' | 'crc32c' | 'md5' | 'encoding'>, b: Checksums): boolean {
  return a.encoding === undefined && a.size === b.size && a.crc32c === b.crc32c && a.md5 === b.md5;
}
