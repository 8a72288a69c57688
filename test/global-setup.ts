import { build } from '../sandbox/parts/build.mjs';

/** Processes that tests fork run from `dist/`, and workers in tests load the one bundle of workflows that lies there. */
export async function setup(): Promise<void> {
  await build();
}
