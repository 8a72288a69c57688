import { parseArgs } from 'node:util';
import { openDemonstration, writeDemonstrationCatalog } from './demonstrations/demonstration.ts';

// Run once against a fresh sandbox, by docker-compose.yml's profile `sandbox`: makes its world, and the catalog that a worker needs for it.
const { values } = parseArgs({ options: { sandbox: { type: 'string' }, catalog: { type: 'string' } } });
if (values.sandbox === undefined || values.catalog === undefined) {
  console.error('usage: open-world.js --sandbox <url> --catalog <file to write>');
  process.exit(2);
}
const world = await openDemonstration(values.sandbox);
await writeDemonstrationCatalog(values.catalog, world);
console.log(JSON.stringify(world));
