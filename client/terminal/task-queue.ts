import { setTimeout as sleep } from 'node:timers/promises';
import type { Server } from './connection.ts';

/** Whether a worker works for it; one that has just been started may take a moment to be seen. */
export async function polled({ client, namespace }: Server, taskQueue: string, { withinMs = 0 } = {}): Promise<boolean> {
  const workflowTasks = 1;
  for (const until = Date.now() + withinMs; ; await sleep(250)) {
    const { pollers } = await client.workflowService.describeTaskQueue({ namespace, taskQueue: { name: taskQueue }, taskQueueType: workflowTasks });
    if (pollers && pollers.length > 0) return true;
    if (Date.now() >= until) return false;
  }
}

/** An id for a workflow that nobody looks for by its id. */
export function passingId(about: string): string {
  return `${about}/${new Date().toISOString().replaceAll(/\D/g, '')}`;
}
