import { hostname } from 'node:os';
import { Client, Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { workerSettings } from './settings.ts';

/** Temporal's number for the queue of workflow tasks, which every worker polls. */
const workflowTasks = 1;
/** A poll that finds nothing lasts a minute. */
const silentMs = 150_000;

// Run beside a worker, in its container: exits with 0 when Temporal has heard of it lately, else with 1 and a line that says so.
const { taskQueue } = workerSettings(process.env);
const { connectionOptions, namespace = 'default' } = loadClientConnectConfig();
const connection = await Connection.connect({ ...connectionOptions, connectTimeout: '5s' });
try {
  const { workflowService } = new Client({ connection });
  const { pollers } = await workflowService.describeTaskQueue({ namespace, taskQueue: { name: taskQueue }, taskQueueType: workflowTasks });
  const ours = (pollers ?? []).filter(({ identity }) => identity?.endsWith(`@${hostname()}`));
  const polls = ours.some(({ lastAccessTime }) => Number(lastAccessTime?.seconds) * 1_000 > Date.now() - silentMs);
  console.log(polls ? `polls ${taskQueue}` : `no worker on ${hostname()} polls ${taskQueue} of ${namespace}`);
  process.exitCode = polls ? 0 : 1;
} finally {
  await connection.close();
}
