#!/usr/bin/env node
// Gets real parts and prints where they are: `node sandbox/parts/get.mjs temporal time-skipping-server`.
import { part, parts } from './parts.mjs';

const names = process.argv.slice(2);
const unknown = names.filter((name) => !(name in parts));
if (names.length === 0 || unknown.length > 0) {
  if (unknown.length > 0) process.stderr.write(`There is no part ${unknown.join(', ')}.\n`);
  process.stderr.write(`usage: node sandbox/parts/get.mjs <part> …\nparts: ${Object.keys(parts).join(', ')}\n`);
  process.exit(2);
}

for (const name of /** @type {import('./parts.mjs').PartName[]} */ (names)) {
  try {
    process.stdout.write(`${name} ${JSON.stringify(await part(name))}\n`);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 1;
  }
}
