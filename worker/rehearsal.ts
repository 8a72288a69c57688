import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import type { ReplayWorkerOptions } from '@temporalio/worker';
import { dataConverter, workerDataConverter } from '../temporal/data-converter.ts';
import { workflowBundle } from './bundle.ts';
import { workerSettings } from './settings.ts';

export interface Rehearsed {
  readonly workflowId: string;
  /** Why this build could not go on with it. */
  readonly error: Error | undefined;
}

/** Replays whatever runs on a task queue by the code of `build`: what a build does to running releases, before it does it. */
export async function* rehearse({ client, taskQueue, build }: {
  readonly client: Client;
  readonly taskQueue: string;
  readonly build: Pick<ReplayWorkerOptions, 'workflowBundle' | 'dataConverter'>;
}): AsyncGenerator<Rehearsed> {
  const running = client.workflow.list({ query: `TaskQueue = '${taskQueue}' AND ExecutionStatus = 'Running'` });
  for await (const { workflowId, error } of Worker.runReplayHistories(build, running.intoHistories())) yield { workflowId, error };
}

async function main(): Promise<void> {
  Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' } } } });
  const { taskQueue } = workerSettings(process.env);
  const { connectionOptions, namespace = 'default' } = loadClientConnectConfig();
  const converter = workerDataConverter(process.env, namespace);
  const connection = await Connection.connect(connectionOptions);
  try {
    const client = new Client({ connection, namespace, dataConverter: dataConverter(process.env, namespace) });
    let broken = 0;
    for await (const { workflowId, error } of rehearse({ client, taskQueue, build: { workflowBundle: workflowBundle(converter), dataConverter: converter } })) {
      console.log(`${error ? 'breaks' : 'goes on'}  ${workflowId}${error ? `  ${error.message}` : ''}`);
      if (error) broken++;
    }
    if (broken > 0) process.exitCode = 1;
  } finally {
    await connection.close();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
