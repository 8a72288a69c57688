import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { packArchive } from '../../../ports/artifacts/archive.ts';
import { readInOrder } from '../../../ports/artifacts/reading.ts';
import { tryAgain } from '../../../ports/failures.ts';
import { storeThat } from './scripted-store.ts';
import type { Artifact } from '../../../ports/artifacts/store.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-reproducible-'));
});
afterAll(() => rm(folder, { recursive: true }));

const name = (index: number) => `v${String(index).padStart(6, '0')}-schema.json`;
const stored = (count: number, size: number): Artifact[] =>
  Array.from({ length: count }, (_, index) => ({ bucket: 'schemas', name: name(index), generation: '1', size, crc32c: '' }));

async function* entries(files: readonly Artifact[], read: (artifact: Artifact) => Promise<Buffer>) {
  for await (const { artifact, content } of readInOrder(storeThat(read), files, { backoffMs: 1 })) yield { name: artifact.name, content };
}

it('an archive is the same, byte for byte, whatever order its files arrive in and however often they are asked for', async () => {
  const files = stored(120, 3_000);
  const read = async (artifact: Artifact) => {
    await sleep(Math.random() * 15);
    if (Math.random() < 0.1) throw tryAgain('Unavailable', 'away');
    return Buffer.from(artifact.name.repeat(120));
  };
  const [one, other] = [join(folder, 'one.tar.gz'), join(folder, 'other.tar.gz')];
  expect(await packArchive(entries(files, read), one)).toEqual(await packArchive(entries(files, read), other));
  expect((await readFile(one)).equals(await readFile(other))).toBe(true);
});

it('an archive of ten times as many files takes no more memory', async () => {
  const content = Buffer.alloc(100_000, 'slipway ');
  async function peakOf(count: number): Promise<number> {
    let peak = 0;
    const path = join(folder, `${count}.tar.gz`);
    const read = () => {
      const { arrayBuffers, heapUsed } = process.memoryUsage();
      peak = Math.max(peak, arrayBuffers + heapUsed);
      return Promise.resolve(Buffer.from(content));
    };
    expect(await packArchive(entries(stored(count, content.length), read), path)).toMatchObject({ entries: count });
    return peak;
  }
  const few = await peakOf(300);
  const many = await peakOf(3_000);
  // 270 MB more went through.
  expect(many - few).toBeLessThan(60_000_000);
}, 60_000);
