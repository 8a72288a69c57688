import { Client } from '@temporalio/client';
import type { WorkflowClientInterceptor } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { NativeConnection, Worker } from '@temporalio/worker';
import { createActivities } from '../activities/index.ts';
import { dataConverter, workerDataConverter } from '../temporal/data-converter.ts';
import { startTraces } from '../temporal/traces.ts';
import { workflowPages } from '../temporal/ui.ts';
import { workflowBundle } from './bundle.ts';
import { createLog } from './logging/log.ts';
import { logLabels } from './logging/log-labels.ts';
import { connectPorts } from './ports.ts';
import { startRuntime } from './runtime.ts';
import { discretion } from './logging/secrets.ts';
import { workerSettings } from './settings.ts';
import { versioning } from './versioning.ts';
import { watchOver } from './watchdog.ts';

/** How long after its grace a worker may take to end, in ms. */
const lateMs = 10_000;

/** Works as `process.env` says until the process is told to end. What activities say to Temporal passes through `interceptors`. */
export async function runWorker({ interceptors = {} }: { readonly interceptors?: { readonly workflow?: readonly WorkflowClientInterceptor[] } } = {}): Promise<void> {
  const settings = workerSettings(process.env);
  const log = createLog(settings.logLevel, process.env);
  startRuntime(settings, log);
  const { connectionOptions, namespace = 'default' } = loadClientConnectConfig();
  const converter = workerDataConverter(process.env, namespace);
  const traces = await startTraces(process.env, { 'service.name': 'slipway-worker', 'temporal.namespace': namespace, 'temporal.task_queue': settings.taskQueue });

  const connection = await NativeConnection.connect(connectionOptions);
  try {
    const workflow = [...(interceptors.workflow ?? []), ...(traces ? [traces.client] : [])];
    const ports = connectPorts(settings, process.env, new Client({ connection, namespace, dataConverter: dataConverter(process.env, namespace), interceptors: { workflow } }), workflowPages({ ui: settings.ui, address: connectionOptions.address ?? 'localhost:7233', namespace }));
    const worker = await Worker.create({
      connection,
      namespace,
      taskQueue: settings.taskQueue,
      dataConverter: converter,
      workflowBundle: workflowBundle(converter),
      activities: createActivities(ports),
      interceptors: { activity: [logLabels, ...(traces?.activity ?? []), discretion(process.env)] },
      shutdownGraceTime: settings.shutdownMs,
      stickyQueueScheduleToStartTimeout: settings.stickyMs,
      ...(settings.build && { workerDeploymentOptions: versioning(settings.build) }),
    });
    const ended = worker.run();
    log.info({ ready: true, namespace, taskQueue: settings.taskQueue, build: settings.build?.id }, 'waiting for work');
    const callOff = watchOver(worker, {
      patienceMs: settings.shutdownMs + lateMs,
      end(state) {
        log.fatal({ state }, 'the worker polls no more and does not end: ending the process');
        process.exit(1);
      },
    });
    await ended.finally(callOff);
  } finally {
    await connection.close();
    await traces?.end();
  }
}
