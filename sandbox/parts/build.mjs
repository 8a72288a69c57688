import { existsSync } from 'node:fs';
import { mkdir, readdir, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { progress, run } from './command.mjs';
import { withLock } from './lock.mjs';

export const project = projectFolder();

const SOURCES = ['domain', 'workflows', 'activities', 'ports', 'temporal', 'worker', 'client', 'sandbox', 'bench', 'test', 'tsconfig.json', 'package-lock.json'];
const STAMP = join(project, 'dist', '.built');

/**
 * Compiles the project into `dist/` and bundles its workflows, when a source is newer than the last build. Processes run from
 * there, also in tests. It doesn't check types, which is a command of its own: a build takes a second.
 */
export async function build() {
  if (await isBuilt()) return;
  await mkdir(dirname(STAMP), { recursive: true });
  await withLock({ path: `${STAMP}.lock`, waitingFor: 'dist' }, async () => {
    if (await isBuilt()) return;
    const started = new Date();
    progress('dist: compiling …');
    await run(process.execPath, [join(project, 'node_modules/typescript/bin/tsc'), '--noCheck'], { cwd: project });
    await run(process.execPath, [join(project, 'dist/worker/bundle.js')], { cwd: project });
    await writeFile(STAMP, '');
    await utimes(STAMP, started, started);
  });
}

async function isBuilt() {
  const stamp = await stat(STAMP).catch(() => undefined);
  if (!stamp) return false;
  const newest = await Promise.all(SOURCES.map((source) => newestChange(join(project, source))));
  return Math.max(...newest) < stamp.mtimeMs;
}

/**
 * @param {string} path a file or folder
 * @returns {Promise<number>} ms since the epoch; a folder's own time counts, so that a deleted file is noticed
 */
async function newestChange(path) {
  const found = await stat(path).catch(() => undefined);
  if (!found) return 0;
  if (!found.isDirectory()) return found.mtimeMs;
  const inside = await Promise.all((await readdir(path)).map((name) => newestChange(join(path, name))));
  return Math.max(found.mtimeMs, ...inside);
}

/** The folder with package.json, seen from the sources and from `dist/`. */
function projectFolder() {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}
