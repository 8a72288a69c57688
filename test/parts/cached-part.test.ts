import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { cachedPart } from '../../sandbox/parts/sources/cached-part.mjs';
import type { Source } from '../../sandbox/parts/sources/cached-part.mjs';

let cache: string;

beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'slipway-cache-'));
  vi.stubEnv('SLIPWAY_CACHE', cache);
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  await rm(cache, { recursive: true, force: true });
});

test('gets a part once and finds it in the cache from then on', async () => {
  const download = source({ content: 'good' });

  const first = await anchor({ sources: [download] }).get();
  const second = await anchor({ sources: [download] }).get();

  expect(first).toBe(join(cache, 'anchor/1.0.0/program'));
  expect(second).toBe(first);
  expect(download.fill).toHaveBeenCalledTimes(1);
});

test('gets a new version beside the old one', async () => {
  await anchor({ sources: [source({ content: 'good' })] }).get();
  await anchor({ version: '1.1.0', sources: [source({ content: 'good' })] }).get();

  expect(await readdir(join(cache, 'anchor'))).toEqual(['1.0.0', '1.1.0']);
});

test('goes on to the next source when a download fails, and leaves nothing unfinished', async () => {
  const path = await anchor({ sources: [source({ failure: 'temporal.download was silent for 5 s' }), source({ content: 'good' })] }).get();

  expect(await readFile(path, 'utf8')).toBe('good');
  expect(await readdir(join(cache, 'anchor'))).toEqual(['1.0.0']);
});

test('goes on to the next source when what was downloaded does not work', async () => {
  const path = await anchor({ sources: [source({ content: 'an error page' }), source({ content: 'good' })] }).get();

  expect(await readFile(path, 'utf8')).toBe('good');
});

test('gets a cached part again when it no longer works', async () => {
  const path = await anchor({ sources: [source({ content: 'good' })] }).get();
  await writeFile(path, 'half a file');

  await anchor({ sources: [source({ content: 'good' })] }).get();

  expect(await readFile(path, 'utf8')).toBe('good');
});

test('says what each source met and what to install when none yields the part', async () => {
  const sources = [
    { ...source({ failure: 'no answer' }), name: 'official download' },
    { ...source({ failure: '`go` is not on the PATH' }), name: 'go install', needs: 'Go 1.25 or later' },
  ];

  await expect(anchor({ sources }).get()).rejects.toThrow(
    'Anchor 1.0.0 could not be had.\n' +
      '  official download: no answer\n' +
      '  go install: `go` is not on the PATH\n' +
      'Install Go 1.25 or later, and try again.',
  );
  expect(await readdir(join(cache, 'anchor'))).toEqual([]);
});

test('tells the person who waits what is being done', async () => {
  await anchor({ sources: [{ ...source({ content: 'good' }), effort: 'building with Go, about 4 minutes' }] }).get();

  expect(process.stderr.write).toHaveBeenCalledWith('Anchor 1.0.0: building with Go, about 4 minutes …\n');
});

test('is fetched by one of two processes that need it at once', async () => {
  const processes = [startGetting(), startGetting()];
  await Promise.all(processes.map((child) => once(child, 'exit')));

  expect(processes.map((child) => child.exitCode)).toEqual([0, 0]);
  expect(await readFile(join(cache, 'fetched'), 'utf8')).toBe('once\n');
});

test('is fetched anew when the process that was fetching it has been killed', async () => {
  const killed = startGetting();
  await vi.waitFor(async () => expect(await readdir(join(cache, 'slow'))).toContainEqual(expect.stringContaining('unfinished')), 5_000);
  killed.kill('SIGKILL');
  await once(killed, 'exit');
  await age(join(cache, 'slow/1.0.0.lock'));

  const next = startGetting();
  await once(next, 'exit');

  expect(next.exitCode).toBe(0);
  expect(await readdir(join(cache, 'slow'))).toEqual(['1.0.0']);
});

test('is kept in the user cache unless SLIPWAY_CACHE says otherwise', async () => {
  vi.stubEnv('SLIPWAY_CACHE', '');
  vi.stubEnv('XDG_CACHE_HOME', cache);
  await mkdir(join(cache, 'slipway'));

  expect(await anchor({ sources: [source({ content: 'good' })] }).get()).toBe(join(cache, 'slipway/anchor/1.0.0/program'));
});

/** A part whose program works when it says "good". */
function anchor({ version = '1.0.0', sources }: { readonly version?: string; readonly sources: readonly Source[] }) {
  return cachedPart({
    name: 'anchor',
    title: 'Anchor',
    version,
    sources,
    paths: (folder) => join(folder, 'program'),
    check: async (path) => {
      if ((await readFile(path, 'utf8')) !== 'good') throw new Error('not a program');
    },
  });
}

function source(outcome: { readonly content: string } | { readonly failure: string }) {
  const fill = vi.fn(async (folder: string) => {
    if ('failure' in outcome) throw new Error(outcome.failure);
    await writeFile(join(folder, 'program'), outcome.content);
  });
  return { name: 'fake', fill };
}

function startGetting() {
  return fork(join(import.meta.dirname, 'slow-part.mjs'), { env: { ...process.env, SLIPWAY_CACHE: cache }, stdio: 'ignore' });
}

/** Makes a lock look like one whose holder has been silent for a minute. */
async function age(path: string) {
  const aMinuteAgo = new Date(Date.now() - 60_000);
  await utimes(path, aMinuteAgo, aMinuteAgo);
}
