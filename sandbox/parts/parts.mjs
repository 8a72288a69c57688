import { chromium } from './chromium.mjs';
import { composeCheck } from './compose-check.mjs';
import { crane } from './crane.mjs';
import { emulate } from './emulate.mjs';
import { fakeGcsServer } from './fake-gcs-server.mjs';
import { gcsClients } from './gcs-clients.mjs';
import { githubDescription } from './github-description.mjs';
import { postgresql } from './postgresql.mjs';
import { prometheus } from './prometheus.mjs';
import { temporalServer } from './temporal-server.mjs';
import { temporalUiServer } from './temporal-ui-server.mjs';
import { temporal } from './temporal.mjs';
import { timeSkippingServer } from './time-skipping-server.mjs';
import { unleash } from './unleash.mjs';

/** Every real part, by the name that `part` and `get.mjs` know it by. */
export const parts = Object.freeze({
  temporal,
  'time-skipping-server': timeSkippingServer,
  'fake-gcs-server': fakeGcsServer,
  'gcs-clients': gcsClients,
  'github-description': githubDescription,
  emulate,
  chromium,
  prometheus,
  postgresql,
  unleash,
  'temporal-server': temporalServer,
  'temporal-ui-server': temporalUiServer,
  'compose-check': composeCheck,
  crane,
});

/** @typedef {keyof typeof parts} PartName */

/** @type {Map<PartName, Promise<unknown>>} */
const asked = new Map();

/**
 * Where a real part is on this machine. Downloads or builds it the first time, which can take minutes; checks once per process that
 * it works.
 *
 * @template {PartName} Name
 * @param {Name} name
 * @returns {ReturnType<(typeof parts)[Name]['get']>} what the part's own file says: mostly the path of its program
 */
export function part(name) {
  const paths = asked.get(name) ?? parts[name].get();
  asked.set(name, paths);
  return /** @type {ReturnType<(typeof parts)[Name]['get']>} */ (paths);
}
