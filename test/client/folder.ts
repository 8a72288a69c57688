import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A temporary folder. */
export async function openFolder() {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-'));
  return { path: (name: string) => join(folder, name), remove: () => rm(folder, { recursive: true, force: true }) };
}
