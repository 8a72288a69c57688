import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const GIVE_UP_MS = 5_000;

/**
 * Temporal's own download service, as its SDKs use it. Gives up when nothing arrives for five seconds, so that a machine without
 * access to it goes on to the next source soon.
 *
 * @param {{ artifact: 'cli' | 'temporal-test-server', version: string, folder: string }} download
 * @returns {Promise<string>} the program's path inside the archive, relative to `folder`
 */
export async function downloadTemporal({ artifact, version, folder }) {
  const query = new URLSearchParams({ arch: architecture(), platform: process.platform, format: 'tar.gz' });
  const info = await withPatience((signal) => fetchOk(`https://temporal.download/${artifact}/v${version}?${query}`, signal));
  const { archiveUrl, fileToExtract } = /** @type {{ archiveUrl: string, fileToExtract: string }} */ (await info.json());
  await withPatience(async (signal, alive) => {
    const archive = await fetchOk(archiveUrl, signal);
    if (!archive.body) throw new Error(`${archiveUrl} answered with nothing`);
    const tar = spawn('tar', ['-xzf', '-', '-C', folder], { stdio: ['pipe', 'ignore', 'ignore'] });
    const ended = once(tar, 'close');
    const body = Readable.fromWeb(/** @type {import('node:stream/web').ReadableStream} */ (archive.body)).on('data', alive);
    await pipeline(body, tar.stdin);
    const [code] = await ended;
    if (code !== 0) throw new Error(`${archiveUrl} is not a tar archive`);
  });
  return fileToExtract;
}

/**
 * @param {string} url
 * @param {AbortSignal} signal
 */
async function fetchOk(url, signal) {
  const response = await fetch(url, { signal }).catch((error) => {
    if (signal.aborted) throw new Error(`${new URL(url).host} was silent for ${GIVE_UP_MS / 1000} s`);
    throw new Error(`${new URL(url).host} can't be reached (${error.cause?.code ?? error.message})`);
  });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return response;
}

/**
 * @template Result
 * @param {(signal: AbortSignal, alive: () => void) => Promise<Result>} work calls `alive` whenever something has arrived
 */
async function withPatience(work) {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), GIVE_UP_MS);
  try {
    return await work(controller.signal, () => timer.refresh());
  } finally {
    clearTimeout(timer);
  }
}

function architecture() {
  return process.arch === 'x64' ? 'amd64' : process.arch;
}
