import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { project } from '../parts/build.mjs';
import { send } from '../control/world-control.ts';

const name = 'main';

/** Makes the world that a demonstration releases in: what happens there takes seconds, so that one can watch. */
export async function openDemonstration(sandbox: string, { seed, scenario = 'gitaly' }: { readonly seed?: string | undefined; readonly scenario?: 'gitaly' | 'sourcegraph' } = {}) {
  await send(`${sandbox}/worlds`, { name, scenario, latencyMs: { ci: 3_000, run: 2_000, deployment: 2_000 }, ...(seed && { seed }) });
  return { name, url: `${sandbox}/w/${name}` };
}

/** Writes the catalog of that world. */
export async function writeDemonstrationCatalog(file: string, world: { readonly url: string }): Promise<void> {
  const template = await readFile(join(project, 'sandbox/slipway.yaml'), 'utf8');
  await writeFile(file, template.replaceAll('{world}', world.url));
}
