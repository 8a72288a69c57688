import { Client } from '@temporalio/client';
import type { ClientInterceptors } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { NativeConnection, Worker } from '@temporalio/worker';
import { createActivities } from '../activities/index.ts';
import { dataConverter as converterFor } from '../temporal/data-converter.ts';
import { workflowBundle } from './bundle.ts';
import { connectPorts } from './ports.ts';
import { startRuntime } from './runtime.ts';
import { workerSettings } from './settings.ts';
import { versioning } from './versioning.ts';

/** Works as `process.env` says until the process is told to end. What activities say to Temporal passes through `interceptors`. */
export async function runWorker({ interceptors = {} }: { readonly interceptors?: ClientInterceptors } = {}): Promise<void> {
  const settings = workerSettings(process.env);
  const log = startRuntime(settings);
  const { connectionOptions, namespace = 'default' } = loadClientConnectConfig();
  const dataConverter = converterFor(process.env, namespace);

  const connection = await NativeConnection.connect(connectionOptions);
  try {
    const ports = connectPorts(settings, process.env, new Client({ connection, namespace, dataConverter, interceptors }));
    const worker = await Worker.create({
      connection,
      namespace,
      taskQueue: settings.taskQueue,
      dataConverter,
      workflowBundle: workflowBundle(dataConverter),
      activities: createActivities(ports),
      shutdownGraceTime: settings.shutdownMs,
      stickyQueueScheduleToStartTimeout: settings.stickyMs,
      ...(settings.build && { workerDeploymentOptions: versioning(settings.build) }),
    });
    const ended = worker.run();
    log.info({ ready: true, namespace, taskQueue: settings.taskQueue, build: settings.build?.id }, 'waiting for work');
    await ended;
  } finally {
    await connection.close();
  }
}
