import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const GIVE_UP_MS = 5_000;

/**
 * What an address answers. Gives up when nothing arrives for five seconds, as `unpack` does, so that a machine without access to it
 * goes on to the next source soon.
 *
 * @param {string} url
 * @returns {Promise<unknown>}
 */
export function fetchJson(url) {
  return withPatience(async (signal) => (await fetchOk(url, signal)).json());
}

/**
 * @param {string} url of a tar.gz
 * @param {string} folder what is in it goes there
 */
export function unpack(url, folder) {
  return withPatience(async (signal, alive) => {
    const archive = await fetchOk(url, signal);
    if (!archive.body) throw new Error(`${url} answered with nothing`);
    const tar = spawn('tar', ['-xzf', '-', '-C', folder], { stdio: ['pipe', 'ignore', 'ignore'] });
    const ended = once(tar, 'close');
    const body = Readable.fromWeb(/** @type {import('node:stream/web').ReadableStream} */ (archive.body)).on('data', alive);
    await pipeline(body, tar.stdin);
    const [code] = await ended;
    if (code !== 0) throw new Error(`${url} is not a tar archive`);
  });
}

/** This machine's, as Go calls it. */
export function architecture() {
  return process.arch === 'x64' ? 'amd64' : process.arch;
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
