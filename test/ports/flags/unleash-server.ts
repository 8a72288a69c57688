import { fileURLToPath } from 'node:url';
import { part } from '../../../sandbox/parts/parts.mjs';
import { startPostgres } from '../../postgresql.ts';
import { freePort, startProcess } from '../../../sandbox/demonstrations/processes.ts';
import type { RunningProcess } from '../../../sandbox/demonstrations/processes.ts';

export interface UnleashServer extends RunningProcess {
  readonly url: string;
  /** Tokens by what they may do. A client may only ask which flags are on for it. */
  readonly tokens: { readonly admin: string; readonly client: string };
}

const program = fileURLToPath(new URL('unleash-process.mjs', import.meta.url));

/** A real Unleash on a real PostgreSQL. It has the project `default` with the environments `development` and `production`. */
export async function startUnleash(): Promise<UnleashServer> {
  const [module, database] = await Promise.all([part('unleash'), startPostgres()]);
  const port = await freePort();
  const { host, user } = database;
  const server = await startProcess({
    program: process.execPath,
    args: [program, module, String(port), JSON.stringify({ host, port: database.port, user, database: database.database })],
    ready: (line) => (line.startsWith('{') ? true : undefined),
    readyWithinMs: 60_000,
  }).catch(async (error: unknown) => {
    await database.stop();
    throw error;
  });
  return {
    ...server,
    url: `http://127.0.0.1:${port}`,
    tokens: { admin: '*:*.admin', client: 'default:development.client' },
    async stop() {
      await server.stop();
      await database.stop();
    },
  };
}
