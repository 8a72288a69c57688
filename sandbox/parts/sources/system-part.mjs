import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { progress, run } from '../command.mjs';

/**
 * A part that belongs to the system: found, not cached. Where it is missing, root gets Debian's package, and anybody else the
 * command that installs it.
 *
 * @param {object} options
 * @param {string} options.title
 * @param {string} options.debianPackage
 * @param {() => Promise<string | undefined>} options.find
 * @returns {import('./cached-part.mjs').Part<string>}
 */
export function systemPart({ title, debianPackage, find }) {
  return {
    async get() {
      const found = await find();
      if (found) return found;
      const failure = await installFromDebian({ title, debianPackage }).catch((error) => error.message);
      const installed = await find();
      if (installed) return installed;
      throw new Error(`${title} is not on this machine.\n${failure ? `  ${failure}\n` : ''}Install it (Debian: sudo apt-get install ${debianPackage}), and try again.`);
    },
  };
}

/**
 * The first of these programs that the PATH, or one of the folders, holds.
 *
 * @param {readonly string[]} programs
 * @param {readonly string[]} [folders] looked at after the PATH
 * @returns {Promise<string | undefined>}
 */
export async function findProgram(programs, folders = []) {
  for (const folder of [...(process.env.PATH ?? '').split(delimiter), ...folders]) {
    for (const program of programs) {
      const path = join(folder, program);
      if (await isExecutable(path)) return path;
    }
  }
  return undefined;
}

/** @param {string} path */
function isExecutable(path) {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** @param {{ title: string, debianPackage: string }} part */
async function installFromDebian({ title, debianPackage }) {
  if (process.getuid?.() !== 0) throw new Error('only root can install it');
  progress(`${title}: installing Debian's ${debianPackage} …`);
  // Run level 1 keeps the package from starting its server; the lock is apt's own.
  const env = { DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const patient = ['-o', 'DPkg::Lock::Timeout=300', '-q'];
  await run('apt-get', [...patient, 'update'], { env });
  await run('apt-get', [...patient, 'install', '-y', '--no-install-recommends', debianPackage], { env });
}
