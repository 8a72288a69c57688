import { z } from 'zod';
import { deferred } from '../text/deferred.ts';

const count = deferred(() => z.number().int().min(0));

/** How far the running step has come. */
export const progress = deferred(() => z.strictObject({ what: z.enum(['fetched', 'uploaded', 'published']), files: count, of: count, bytes: count, ofBytes: count }));

export type Progress = z.output<typeof progress>;

/** "fetched 140 of 280 files, 3.1 MB of 6.2 MB" */
export function toldProgress({ what, files, of, bytes, ofBytes }: Progress): string {
  return `${what} ${files} of ${of} files, ${sized(bytes)} of ${sized(ofBytes)}`;
}

/** Decimal, as the bucket's console has it. */
function sized(bytes: number): string {
  if (bytes < 1_000) return `${bytes} bytes`;
  if (bytes < 1_000_000) return `${(bytes / 1_000).toFixed(1)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
