import { execFile } from 'node:child_process';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { part } from '../sandbox/parts/parts.mjs';
import { freePort, startProcess } from '../sandbox/demonstrations/processes.ts';
import type { RunningProcess } from '../sandbox/demonstrations/processes.ts';

const run = promisify(execFile);

export interface PostgresServer extends RunningProcess {
  readonly host: '127.0.0.1';
  readonly port: number;
  /** A superuser, let in without a password. */
  readonly user: 'slipway';
  /** Exists, and is empty. */
  readonly database: 'postgres';
}

/** Starts a PostgreSQL of its own, in a folder that goes when it stops. As root it runs as the user `postgres`: it refuses root. */
export async function startPostgres(): Promise<PostgresServer> {
  const programs = await part('postgresql');
  const folder = await mkdtemp(join(tmpdir(), 'slipway-postgres-'));
  const as = await unprivileged(folder);
  const [initdb, ...initArgs] = [...as, join(programs, 'initdb'), '--pgdata', join(folder, 'data'), '--username', 'slipway', '--auth', 'trust', '--no-sync'];
  await run(initdb!, initArgs, { cwd: folder });

  const port = await freePort();
  const options = { listen_addresses: '127.0.0.1', port, unix_socket_directories: folder, fsync: 'off' };
  const given = Object.entries(options).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const server = await startProcess({
    program: 'sh',
    // It tells on stderr that it is ready. `exec`, so that the process that is stopped is the server itself.
    args: ['-c', 'exec "$@" 2>&1', 'sh', ...as, join(programs, 'postgres'), '-D', join(folder, 'data'), ...given],
    ready: (line) => (line.includes('ready to accept connections') ? true : undefined),
  });
  return {
    ...server,
    host: '127.0.0.1',
    port,
    user: 'slipway',
    database: 'postgres',
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** What to put before a command so that it doesn't run as root; the folder becomes its user's. */
async function unprivileged(folder: string): Promise<readonly string[]> {
  if (process.getuid?.() !== 0) return [];
  const [uid, gid] = await Promise.all(['-u', '-g'].map(async (flag) => (await run('id', [flag, 'postgres'])).stdout.trim()));
  await chown(folder, Number(uid), Number(gid));
  return ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'];
}
