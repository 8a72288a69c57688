import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packArchive } from '../../../ports/artifacts/archive.ts';
import { checksumsOf } from '../../../ports/artifacts/checksum.ts';
import { hostileNames } from '../../domain/text/hostile-names.ts';
import type { ArchiveEntry } from '../../../ports/artifacts/archive.ts';

const run = promisify(execFile);

let folder = '';
let files = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-archive-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function* stream(entries: readonly ArchiveEntry[]) {
  for (const entry of entries) yield entry;
}

async function packed(entries: readonly ArchiveEntry[]) {
  const path = join(folder, `${(files += 1)}.tar.gz`);
  const archive = await packArchive(stream(entries), path);
  return { archive, path, bytes: await readFile(path) };
}

const entry = (name: string, content = `{"name":"${name}"}\n`): ArchiveEntry => ({ name, content: Buffer.from(content) });

const schemas = ['v10.0.0-x.json', 'v3.1.4-x.codeintel.json', 'v3.1.4-x.json', 'v5.3.0-x.json'].map((name, index) =>
  entry(name, JSON.stringify({ name, columns: 'integer text '.repeat(index * 997) })),
);

describe('the archive', () => {
  it('has the same entries and metadata as that of GNU tar and gzip -n', async () => {
    const tree = join(folder, 'tree');
    await mkdir(tree);
    for (const { name, content } of schemas) {
      await writeFile(join(tree, name), content);
      await utimes(join(tree, name), new Date(), new Date());
    }
    const gnu = join(folder, 'gnu.tar');
    const reproducible = ['--sort=name', '--format=ustar', '--owner=0', '--group=0', '--numeric-owner', '--mtime=@0', '--mode=0644'];
    const names = schemas.map(({ name }) => name);
    await run('tar', [...reproducible, '-C', tree, '-cf', gnu, ...names], { env: { ...process.env, LC_ALL: 'C' } });
    await run('gzip', ['-n', gnu]);

    const { path, bytes } = await packed(schemas);
    const listing = async (file: string) => (await run('tar', ['--numeric-owner', '--full-time', '--utc', '-tvf', file], { env: { ...process.env, LC_ALL: 'C' } })).stdout;
    expect(await listing(path)).toBe(await listing(`${gnu}.gz`));
    expect(await listing(path)).toMatch(/^-rw-r--r-- 0\/0 +\d+ 1970-01-01 00:00:00 v10\.0\.0-x\.json\n/);
    await mkdir(join(folder, 'unpacked'));
    await run('tar', ['-xf', path, '-C', join(folder, 'unpacked')]);
    await run('diff', ['-r', tree, join(folder, 'unpacked')]);
    expect(bytes.subarray(0, 10)).toEqual((await readFile(`${gnu}.gz`)).subarray(0, 10));
  });

  it('is these very bytes, on this machine and on any other', async () => {
    const { archive } = await packed(schemas);
    expect(archive).toMatchObject({ size: 424, sha256: '927052e66540ee440233492bb5094baf87eedb366c8106352582beb1bf152504' });
  });

  it('tells the checksums of what it wrote', async () => {
    const { archive, bytes } = await packed(schemas);
    expect(archive).toEqual({ entries: 4, ...checksumsOf(bytes) });
  });

  it('of nothing is an archive, too', async () => {
    const { path } = await packed([]);
    expect((await run('tar', ['-tf', path])).stdout).toBe('');
  });

  it('holds any content, byte for byte', async () => {
    const contents = fc.array(fc.uint8Array({ maxLength: 2_000 }), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(contents, async (parts) => {
        const entries = parts.map((part, index) => ({ name: `v${index}.json`, content: Buffer.from(part) }));
        const { path, bytes } = await packed(entries);
        const tar = gunzipSync(bytes);
        let at = 0;
        for (const { name, content } of entries) {
          expect(tar.toString('latin1', at, at + name.length)).toBe(name);
          expect(tar.subarray(at + 512, at + 512 + content.length).equals(content)).toBe(true);
          at += 512 + Math.ceil(content.length / 512) * 512;
        }
        expect(tar.length).toBe(at + 1024);
        expect(tar.subarray(at).every((byte) => byte === 0)).toBe(true);
        await rm(path);
      }),
      { numRuns: 100 },
    );
  });

  it('takes no entry that could escape, hide or overwrite, and leaves nothing hanging', async () => {
    const refused = hostileNames.filter((name) => !/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(name));
    expect(refused.length).toBeGreaterThan(150);
    for (const name of refused) {
      await expect(packed([entry('a.json'), entry(name, 'x')])).rejects.toMatchObject({ type: 'InvalidInput', nonRetryable: true });
    }
    await expect(packed([entry('a.json'), entry('a.json')])).rejects.toThrow('overwrite');
    await expect(packed([entry('A.json'), entry('a.json')])).rejects.toThrow('where case makes no difference');
    await expect(packed([entry('b.json'), entry('a.json')])).rejects.toThrow('it comes after b.json');
  });

  it('fails as its source fails', async () => {
    async function* broken() {
      yield entry('a.json');
      throw new Error('the store is down');
    }
    await expect(packArchive(broken(), join(folder, 'broken.tar.gz'))).rejects.toThrow('the store is down');
  });

  it('fails when it can not be written, and stops its source', async () => {
    let stopped = false;
    async function* endless() {
      try {
        for (let index = 1e6; ; index += 1) yield entry(`v${index}.json`, 'x'.repeat(100_000));
      } finally {
        stopped = true;
      }
    }
    await expect(packArchive(endless(), join(folder, 'no/such/folder.tar.gz'))).rejects.toThrow('ENOENT');
    await expect.poll(() => stopped).toBe(true);
  });
});
