import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { progress, run } from './command.mjs';

/**
 * Installs the npm packages of the lockfile, when `node_modules` is missing or holds others.
 *
 * @param {string} project the folder with package-lock.json
 */
export async function installDependencies(project) {
  if (await areInstalled(project)) return;
  progress('node_modules: installing with npm ci, about a minute …');
  await run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: project });
}

/**
 * npm leaves a lockfile of what it installed inside `node_modules`. Optional packages may be missing from it: they are for other
 * machines.
 *
 * @param {string} project
 */
async function areInstalled(project) {
  const wanted = await lockedVersions(join(project, 'package-lock.json'));
  const installed = await lockedVersions(join(project, 'node_modules/.package-lock.json')).catch(() => undefined);
  if (!installed) return false;
  return Object.entries(wanted).every(([path, { version, optional }]) => optional || installed[path]?.version === version);
}

/**
 * @param {string} lockfile
 * @returns {Promise<Record<string, { version?: string, optional?: boolean }>>} by path in the project
 */
async function lockedVersions(lockfile) {
  const { '': _project, ...packages } = JSON.parse(await readFile(lockfile, 'utf8')).packages;
  return packages;
}
