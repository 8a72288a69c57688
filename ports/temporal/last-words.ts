import type { Client } from '@temporalio/client';

/** How long a run that has ended has to answer, in ms. */
const patienceMs = 10_000;

/**
 * What a workflow's last run on this task queue answers as its status that somebody has terminated or cancelled: one of another queue has no worker that could answer.
 * Undefined where there is none, or none that answers.
 */
export async function lastWords<Status>(client: Client, id: string, taskQueue: string): Promise<Status | undefined> {
  const { workflow } = client;
  const query = `WorkflowId = "${id}" AND TaskQueue = "${taskQueue}" AND ExecutionStatus IN ("Terminated", "Canceled")`;
  for await (const { workflowId, runId } of workflow.list({ query, pageSize: 1 })) {
    return client.withDeadline(Date.now() + patienceMs, () => workflow.getHandle(workflowId, runId).query<Status>('status')).catch(() => undefined);
  }
  return undefined;
}
