import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Connection } from '@temporalio/client';
import { project } from '../../sandbox/parts/build.mjs';
import { part } from '../../sandbox/parts/parts.mjs';
import { freePort, startProcess } from '../../sandbox/demonstrations/processes.ts';
import type { RunningProcess } from '../../sandbox/demonstrations/processes.ts';
import { readCompose } from '../compose/compose-file.ts';
import type { Service } from '../compose/compose-file.ts';
import { startPostgres } from '../postgresql.ts';

/** The production edition of the Temporal server on PostgreSQL, as docker-compose.yml sets it up. */
export interface Cluster {
  /** host:port of the gRPC frontend; the same after a restart */
  readonly address: string;
  /** Ends the server as a power cut would, and starts it again on what PostgreSQL has kept. */
  crash(): Promise<void>;
  stop(): Promise<void>;
}

export async function startCluster(): Promise<Cluster> {
  const { services } = await readCompose({ password: 'pw' });
  const [postgres, { server, sqlTool }, cli] = await Promise.all([startPostgres(), part('temporal-server'), part('temporal')]);
  const ports = await serverPorts();
  const address = `127.0.0.1:${ports.FRONTEND_GRPC_PORT}`;
  const metrics = `127.0.0.1:${await freePort()}`;
  let running: RunningProcess | undefined;
  const stop = async () => {
    await running?.stop();
    await postgres.stop();
  };

  async function start(): Promise<void> {
    running = await startProcess({
      program: server,
      args: ['start'],
      env: {
        ...environmentOf(services.temporal!),
        ...ports,
        POSTGRES_SEEDS: postgres.host,
        DB_PORT: String(postgres.port),
        POSTGRES_USER: postgres.user,
        BIND_ON_IP: '127.0.0.1',
        PROMETHEUS_ENDPOINT: metrics,
        DYNAMIC_CONFIG_FILE_PATH: join(project, 'deploy/temporal/docker.yaml'),
      },
      // It never says that it is ready, but something when it starts.
      ready: () => true,
    });
    await serving(address, running);
  }

  try {
    const database = { SQL_HOST: postgres.host, SQL_PORT: String(postgres.port), SQL_USER: postgres.user };
    await once(services['temporal-schema']!, { programs: [sqlTool], env: database });
    await start();
    await once(services['temporal-namespace']!, { programs: [cli], env: { TEMPORAL_ADDRESS: address } });
    await promisify(execFile)(process.execPath, [join(project, 'dist/client/slipway.js'), 'attributes'], { env: { HOME: tmpdir(), TEMPORAL_ADDRESS: address } });
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    address,
    stop,
    async crash() {
      process.kill(running!.pid, 'SIGKILL');
      await running!.exited;
      await start();
    },
  };
}

/** Runs a service that does its work and ends, with `env` in the place of the containers' names. */
async function once(service: Service, { programs, env }: { readonly programs: readonly string[]; readonly env: Readonly<Record<string, string>> }): Promise<void> {
  const [program = '', ...args] = [...(service.entrypoint ?? []), ...(service.command ?? [])];
  const path = [...programs.map((program) => dirname(program)), process.env.PATH].join(':');
  await promisify(execFile)(program, args, { env: { HOME: tmpdir(), ...environmentOf(service), ...env, PATH: path } });
}

function environmentOf({ environment = {} }: Service): Record<string, string> {
  return Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, String(value)]));
}

/** The server keeps its membership ports in PostgreSQL as smallint, which ends at 32,767: free ports are below. */
async function serverPorts(): Promise<Record<string, string>> {
  const services = ['FRONTEND', 'HISTORY', 'MATCHING', 'WORKER'];
  const names = [...services.flatMap((service) => [`${service}_GRPC_PORT`, `${service}_MEMBERSHIP_PORT`]), 'FRONTEND_HTTP_PORT'];
  const ports = new Set<number>();
  while (ports.size < names.length) ports.add(await freePort());
  return Object.fromEntries([...ports].map((port, index) => [names[index]!, String(port)]));
}

async function serving(address: string, server: RunningProcess): Promise<void> {
  const gone = server.exited.then(() => {
    throw new Error(`the server ended:\n${server.output()}`);
  });
  const answers = (async () => {
    for (;;) {
      const connection = await Connection.connect({ address, connectTimeout: '2s' }).catch(() => undefined);
      const health = await connection?.healthService.check({ service: 'temporal.api.workflowservice.v1.WorkflowService' }).catch(() => undefined);
      await connection?.close();
      if (health?.status === 1) return;
      await sleep(200);
    }
  })();
  await Promise.race([answers, gone]);
}
