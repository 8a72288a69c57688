import { randomUUID } from 'node:crypto';
import { access, constants, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import type { ReleaseRecord } from '../../domain/release/record.ts';
import type { Records } from './records.ts';

const suffix = '.json';

/** Records as files, which every worker has to share: `<folder>/gitaly/20260131T090000Z-from-1a2b3c4d5e6f.json`. */
export function folderRecords(folder: string): Records {
  const fileOf = (name: string) => join(folder, `${name}${suffix}`);
  return {
    async names(component) {
      const found = await orMissing(readdir(join(folder, component ?? ''), { recursive: true }));
      return (found ?? [])
        .filter((file) => file.endsWith(suffix))
        .map((file) => join(component ?? '', file).slice(0, -suffix.length).replaceAll(sep, '/'));
    },

    async read(name) {
      const text = await orMissing(readFile(fileOf(name), 'utf8'));
      return text === undefined ? undefined : (JSON.parse(text) as ReleaseRecord);
    },

    async hindrance() {
      await mayBeMadeIn(folder);
      return undefined;
    },

    async write(name, record) {
      const file = fileOf(name);
      const unfinished = `${file}.${randomUUID()}`;
      await mkdir(dirname(file), { recursive: true });
      try {
        await writeFile(unfinished, `${JSON.stringify(record, undefined, 2)}\n`, { flush: true });
        await rename(unfinished, file);
      } catch (error) {
        await rm(unfinished, { force: true });
        throw error;
      }
    },
  };
}

/** The folder is made with the first record, so its nearest parent is as good. */
async function mayBeMadeIn(folder: string): Promise<void> {
  try {
    await access(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(folder) === folder) throw error;
    await mayBeMadeIn(dirname(folder));
  }
}

async function orMissing<T>(read: Promise<T>): Promise<T | undefined> {
  try {
    return await read;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
