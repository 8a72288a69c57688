import { chromium } from './third-party/chromium.mjs';
import { composeCheck } from './third-party/compose-check.mjs';
import { crane } from './third-party/crane.mjs';
import { emulate } from './third-party/emulate.mjs';
import { fakeGcsServer } from './third-party/fake-gcs-server.mjs';
import { gcsClients } from './third-party/gcs-clients.mjs';
import { githubDescription } from './third-party/github-description.mjs';
import { postgresql } from './third-party/postgresql.mjs';
import { prometheus } from './third-party/prometheus.mjs';
import { temporalServer } from './temporal/temporal-server.mjs';
import { temporalUiServer } from './temporal/temporal-ui-server.mjs';
import { temporal } from './temporal/temporal.mjs';
import { timeSkippingServer } from './temporal/time-skipping-server.mjs';
import { unleash } from './third-party/unleash.mjs';

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
