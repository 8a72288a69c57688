import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { progress } from '../command.mjs';
import { withLock } from '../lock.mjs';

/**
 * One way to come by a part.
 *
 * @typedef {object} Source
 * @property {string} name "official download", "Go"
 * @property {string} [effort] what a person who waits should know: "building with Go, about 4 minutes"
 * @property {string} [needs] what to install where this way fails: "Go 1.25 or later"
 * @property {(folder: string) => Promise<void>} fill puts the part into an empty folder, or rejects
 */

/**
 * @template Paths
 * @typedef {object} Part
 * @property {() => Promise<Paths>} get finds or makes the part; rejects with a text that says what to install
 */

/**
 * A part that lives in the user's cache, under its own version. The first source that yields a working copy wins.
 *
 * @template Paths
 * @param {object} options
 * @param {string} options.name also its folder's name
 * @param {string} options.title what a person calls it
 * @param {string} options.version
 * @param {readonly Source[]} options.sources in order of preference
 * @param {(folder: string) => Paths} options.paths
 * @param {(paths: Paths) => Promise<unknown>} options.check rejects when the copy doesn't work
 * @returns {Part<Paths>}
 */
export function cachedPart({ name, title, version, sources, paths, check }) {
  return {
    async get() {
      const home = join(cacheFolder(), name);
      const folder = join(home, version);
      if (await works(folder)) return paths(folder);

      await mkdir(home, { recursive: true });
      await withLock({ path: join(home, `${version}.lock`), waitingFor: `${title} ${version}` }, async () => {
        if (!(await works(folder))) await install(home, folder);
      });
      return paths(folder);
    },
  };

  /** @param {string} folder */
  async function works(folder) {
    try {
      await check(paths(folder));
      return true;
    } catch {
      return false;
    }
  }

  /**
   * @param {string} home
   * @param {string} folder
   */
  async function install(home, folder) {
    await removeUnfinished(home);
    /** @type {string[]} */
    const failures = [];
    for (const source of sources) {
      const unfinished = await mkdtemp(join(home, `${version}.unfinished-`));
      try {
        progress(`${title} ${version}: ${source.effort ?? source.name} …`);
        await source.fill(unfinished);
        await check(paths(unfinished));
        await rm(folder, { recursive: true, force: true });
        await rename(unfinished, folder);
        return;
      } catch (error) {
        failures.push(`  ${source.name}: ${error instanceof Error ? error.message : error}`);
        await rm(unfinished, { recursive: true, force: true });
      }
    }
    throw new Error(`${title} ${version} could not be had.\n${failures.join('\n')}\n${advice()}`);
  }

  /** @param {string} home */
  async function removeUnfinished(home) {
    const leftOver = (await readdir(home)).filter((entry) => entry.startsWith(`${version}.unfinished-`));
    await Promise.all(leftOver.map((entry) => rm(join(home, entry), { recursive: true, force: true })));
  }

  function advice() {
    const needs = sources.flatMap((source) => source.needs ?? []);
    return needs.length > 0 ? `Install ${needs.join(', or ')}, and try again.` : 'Look at the network, and try again.';
  }
}

/** Where parts are kept: `SLIPWAY_CACHE`, else `slipway` in the user's cache. */
export function cacheFolder() {
  return process.env.SLIPWAY_CACHE || join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'slipway');
}
