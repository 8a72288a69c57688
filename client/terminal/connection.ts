import { Client, Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { dataConverter as converterFor } from '../../temporal/data-converter.ts';
import { startTraces } from '../../temporal/traces.ts';
import { workflowPages } from '../../temporal/ui.ts';
import { Failure } from './answer.ts';
import type { Terminal } from './answer.ts';
import { shown } from './fault.ts';

export interface ServerOptions {
  readonly address?: string;
  readonly namespace?: string;
  readonly profile?: string;
  readonly ui?: string;
}

export interface Server {
  readonly client: Client;
  readonly address: string;
  readonly namespace: string;
  /** A workflow's page in the Temporal UI, where it is known which UI that is. */
  link(workflowId: string): string | undefined;
  close(): Promise<void>;
}

/** Connects as every Temporal client does (environment, profile in temporal.toml); options come first. */
export async function connect(options: ServerOptions, { env }: Terminal): Promise<Server> {
  const config = configuration(options, env);
  const address = options.address ?? config.connectionOptions.address ?? 'localhost:7233';
  const namespace = options.namespace ?? config.namespace ?? 'default';
  const { dataConverter, traces } = await equipment(env, namespace);
  const connection = await Connection.connect({ ...config.connectionOptions, address, connectTimeout: '5 s' }).catch((error: unknown) => {
    throw new Failure(
      3,
      `can't reach the Temporal server at ${address} (${shown(error)}). Set its address by --address, TEMPORAL_ADDRESS, or a profile in temporal.toml`,
    );
  });
  return {
    client: new Client({ connection, namespace, dataConverter, interceptors: { workflow: traces ? [traces.client] : [] } }),
    address,
    namespace,
    link: workflowPages({ ui: options.ui ?? env.SLIPWAY_UI, address, namespace }),
    async close() {
      await connection.close();
      await traces?.end();
    },
  };
}

function configuration({ profile }: ServerOptions, env: Terminal['env']) {
  const overrideEnvVars = Object.fromEntries(Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
  try {
    return loadClientConnectConfig({ overrideEnvVars, ...(profile !== undefined && { profile }) });
  } catch (error) {
    throw new Failure(2, `the Temporal client's configuration can't be used: ${shown(error)}`);
  }
}

async function equipment(env: Terminal['env'], namespace: string) {
  try {
    return { dataConverter: converterFor(env, namespace), traces: await startTraces(env, { 'service.name': 'slipway', 'temporal.namespace': namespace }) };
  } catch (error) {
    throw new Failure(2, shown(error));
  }
}
