import { fakeGcsServer } from './fake-gcs-server.mjs';
import { githubDescription } from './github-description.mjs';
import { temporal } from './temporal.mjs';
import { timeSkippingServer } from './time-skipping-server.mjs';

/** Every real part, by the name that `part` and `get.mjs` know it by. */
export const parts = Object.freeze({
  temporal,
  'time-skipping-server': timeSkippingServer,
  'fake-gcs-server': fakeGcsServer,
  'github-description': githubDescription,
});

/** @typedef {keyof typeof parts} PartName */

/** @type {Map<PartName, Promise<unknown>>} */
const asked = new Map();

/**
 * Where a real part is on this machine. Downloads or builds it the first time, which can take minutes; checks once per process that it works.
 *
 * @template {PartName} Name
 * @param {Name} name
 * @returns {ReturnType<(typeof parts)[Name]['get']>} the path of the program or file (see each part)
 */
export function part(name) {
  const paths = asked.get(name) ?? parts[name].get();
  asked.set(name, paths);
  return /** @type {ReturnType<(typeof parts)[Name]['get']>} */ (paths);
}
