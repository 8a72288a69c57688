import { run } from '../command.mjs';

/**
 * A source that builds programs with Go, which checks what it downloads against its own public checksum database.
 *
 * @param {{ packages: readonly string[], minutes: number, go: string }} build `packages` with their versions; `minutes` on two cores
 *   with nothing cached; `go` the oldest release that builds them
 * @returns {import('./cached-part.mjs').Source}
 */
export function builtWithGo({ packages, minutes, go }) {
  return {
    name: 'go install',
    effort: `building with Go, about ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}`,
    needs: `Go ${go} or later (https://go.dev/dl)`,
    async fill(folder) {
      for (const name of packages) await run('go', ['install', name], { cwd: folder, env: { GOBIN: folder } });
    },
  };
}
