import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { downloadTemporal } from '../../sandbox/parts/temporal/temporal-download.mjs';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-download-'));
});

afterEach(async () => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
  await rm(folder, { recursive: true, force: true });
});

test('asks for the pinned version for this machine and unpacks the archive it is pointed to', async () => {
  const asked = answer({
    'https://temporal.download/': Response.json({ archiveUrl: 'https://archives.example/cli.tar.gz', fileToExtract: 'temporal' }),
    'https://archives.example/cli.tar.gz': new Response(await archiveOf('temporal', 'a program')),
  });

  const program = await downloadTemporal({ artifact: 'cli', version: '1.5.1', folder });

  expect(await readFile(join(folder, program), 'utf8')).toBe('a program');
  expect(asked[0]).toMatch(/^https:\/\/temporal\.download\/cli\/v1\.5\.1\?arch=\w+&platform=\w+&format=tar\.gz$/);
});

test('names the address that refuses', async () => {
  answer({ 'https://temporal.download/': new Response('', { status: 404 }) });

  await expect(downloadTemporal({ artifact: 'cli', version: '0.0.0', folder })).rejects.toThrow(/temporal\.download.* answered 404/);
});

test('refuses what is not an archive', async () => {
  answer({
    'https://temporal.download/': Response.json({ archiveUrl: 'https://archives.example/cli.tar.gz', fileToExtract: 'temporal' }),
    'https://archives.example/cli.tar.gz': new Response('<html>Log in to the guest network</html>'),
  });

  await expect(downloadTemporal({ artifact: 'cli', version: '1.5.1', folder })).rejects.toThrow('is not a tar archive');
});

test('gives up after five seconds of silence', async () => {
  vi.useFakeTimers();
  vi.stubGlobal('fetch', silence);

  const download = expect(downloadTemporal({ artifact: 'cli', version: '1.5.1', folder })).rejects.toThrow('temporal.download was silent for 5 s');
  await vi.advanceTimersByTimeAsync(5_000);

  await download;
});

/** Answers by the beginning of the address; returns the addresses asked for. */
function answer(responses: Readonly<Record<string, Response>>): readonly string[] {
  const asked: string[] = [];
  vi.stubGlobal('fetch', async (url: string) => {
    asked.push(url);
    return Object.entries(responses).find(([address]) => url.startsWith(address))?.[1];
  });
  return asked;
}

function silence(_url: string, { signal }: { readonly signal: AbortSignal }): Promise<never> {
  return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
}

async function archiveOf(name: string, content: string): Promise<Uint8Array<ArrayBuffer>> {
  const packed = join(folder, 'packed.tar.gz');
  await writeFile(join(folder, name), content);
  await promisify(execFile)('tar', ['-czf', packed, '-C', folder, name]);
  await rm(join(folder, name));
  return new Uint8Array(await readFile(packed));
}
