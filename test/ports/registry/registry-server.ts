import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { part } from '../../../sandbox/parts/parts.mjs';
import { freePort, startProcess } from '../../../sandbox/demonstrations/processes.ts';

const execute = promisify(execFile);

export interface RegistryServer {
  readonly url: string;
  /** Puts an image of that content there. @returns its digest */
  push(image: string, tag: string, content: string): Promise<string>;
  /** Gives an image another tag. */
  tag(image: string, from: string, to: string): Promise<void>;
  stop(): Promise<void>;
}

/** A real container registry, that keeps images in memory. */
export async function startRegistry(): Promise<RegistryServer> {
  const crane = await part('crane');
  const folder = await mkdtemp(join(tmpdir(), 'slipway-registry-'));
  const address = `127.0.0.1:${await freePort()}`;
  const server = await startProcess({
    program: 'sh',
    args: ['-c', 'exec "$@" 2>&1', 'sh', crane, 'registry', 'serve', '--address', address],
    ready: (line) => (line.includes('serving') ? true : undefined),
  });
  const run = async (...args: readonly string[]) => (await execute(crane, [...args, '--insecure'])).stdout.trim();
  return {
    url: `http://${address}`,
    async push(image, tag, content) {
      await writeFile(join(folder, 'content'), content);
      await execute('tar', ['-cf', join(folder, 'layer.tar'), '-C', folder, 'content']);
      await run('append', '-f', join(folder, 'layer.tar'), '-t', `${address}/${image}:${tag}`);
      return run('digest', `${address}/${image}:${tag}`);
    },
    async tag(image, from, to) {
      await run('tag', `${address}/${image}:${from}`, to);
    },
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
