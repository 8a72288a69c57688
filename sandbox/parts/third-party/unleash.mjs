import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { cachedPart } from '../sources/cached-part.mjs';
import { installedWithNpm } from '../sources/npm.mjs';
import { versions } from '../versions.mjs';

/** Unleash, a real flag server: the module to import `start` from. It needs PostgreSQL. */
export const unleash = cachedPart({
  name: 'unleash',
  title: 'Unleash',
  version: versions.unleash,
  sources: [installedWithNpm({ packages: [`unleash-server@${versions.unleash}`], effort: 'installing 200 MB with npm' })],
  paths: (folder) => join(folder, 'node_modules/unleash-server/dist/lib/server-impl.js'),
  check: (module) => stat(module),
});
