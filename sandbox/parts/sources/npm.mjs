import { run } from '../command.mjs';

/**
 * A source that installs npm packages into a folder of their own. Their install scripts don't run.
 *
 * @param {{ packages: readonly string[], effort: string }} install `packages` with their exact versions
 * @returns {import('./cached-part.mjs').Source}
 */
export function installedWithNpm({ packages, effort }) {
  return {
    name: 'npm install',
    effort,
    async fill(folder) {
      const quiet = ['--no-save', '--no-audit', '--no-fund', '--ignore-scripts'];
      await run('npm', ['install', '--prefix', folder, ...quiet, ...packages], { cwd: folder });
    },
  };
}
