import { open, rm, stat, utimes } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { progress } from './command.mjs';

const BEAT_MS = 1_000;
/** A holder that has not shown a sign of life for so long is dead, in whatever container it ran. */
const STALE_MS = 10_000;

/**
 * Runs `work` while no other process does so under the same lock. A killed holder delays the next one by ten seconds. Two holders
 * are possible in theory (one was suspended): the work must be wasteful then, never wrong.
 *
 * @template Result
 * @param {{ path: string, waitingFor: string }} lock a file that exists while the lock is held
 * @param {() => Promise<Result>} work
 * @returns {Promise<Result>}
 */
export async function withLock({ path, waitingFor }, work) {
  await acquire(path, waitingFor);
  const beat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => {});
  }, BEAT_MS).unref();
  try {
    return await work();
  } finally {
    clearInterval(beat);
    await rm(path, { force: true });
  }
}

/**
 * @param {string} path
 * @param {string} waitingFor
 */
async function acquire(path, waitingFor) {
  for (let attempt = 0; !(await create(path)); attempt++) {
    if (attempt === 0) progress(`${waitingFor}: another process is getting it, waiting …`);
    if (await isStale(path)) await rm(path, { force: true });
    else await sleep(200);
  }
}

/** @param {string} path */
async function create(path) {
  try {
    const file = await open(path, 'wx');
    await file.close();
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/** @param {string} path */
async function isStale(path) {
  const file = await stat(path).catch(() => undefined);
  return file !== undefined && Date.now() - file.mtimeMs > STALE_MS;
}
