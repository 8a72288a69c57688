import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { part } from '../../sandbox/parts/parts.mjs';
import { freePort, startProcess } from '../../sandbox/demonstrations/processes.ts';
import type { RunningProcess } from '../../sandbox/demonstrations/processes.ts';

export interface Emulate extends RunningProcess {
  readonly url: string;
}

/** Starts one service of `emulate`: somebody else's idea of GitHub and of Slack. */
export async function startEmulate(service: 'github' | 'slack', seed: unknown): Promise<Emulate> {
  const [node, script] = await part('emulate');
  const folder = await mkdtemp(join(tmpdir(), 'slipway-emulate-'));
  const file = join(folder, 'seed.json');
  await writeFile(file, JSON.stringify(seed));
  const port = String(await freePort());
  const server = await startProcess({
    program: node,
    args: [script, 'start', '--service', service, '--port', port, '--seed', file],
    ready: (line) => (line.includes('Ready') ? true : undefined),
  });
  return {
    ...server,
    url: `http://127.0.0.1:${port}`,
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
