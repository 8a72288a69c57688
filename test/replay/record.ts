import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { project } from '../../sandbox/parts/build.mjs';
import { componentReleases } from '../crash/component-releases.ts';
import { flagRollouts } from '../crash/flag-rollouts.ts';
import { landings } from '../crash/landings.ts';
import { occasions } from '../crash/occasions.ts';
import { openLanes } from '../crash/lanes.ts';
import { run } from '../crash/matrix.ts';
import { schemaReleases } from '../crash/schema-releases.ts';

/**
 * Records the histories that test/replay replays: `npm run record`. A history stays committed for as long as a release of its
 * version may be under way somewhere; add new ones beside the old, in a folder named after the day.
 */
const folder = join(project, 'test/replay/histories', new Date().toISOString().slice(0, 10));
mkdirSync(folder, { recursive: true });

const lanes = await openLanes(1);
try {
  for (const one of [...componentReleases, ...landings, ...occasions, ...flagRollouts, ...schemaReleases]) {
    const { history } = await lanes.use((lane) => run(lane, one));
    const file = join(folder, `${one.name.replaceAll(' ', '-')}.json`);
    writeFileSync(file, historyToJSON(history));
    process.stdout.write(`${file}: ${history.events?.length ?? 0} events\n`);
  }
} finally {
  await lanes.close();
}
