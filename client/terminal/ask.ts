import type { Errand } from '../../domain/release/kinds.ts';
import { Failure } from './answer.ts';
import type { CommandSession } from './session.ts';
import { passingId, polled } from './task-queue.ts';

export interface WorkerQuestion {
  /** The type of a workflow that answers within two minutes. */
  readonly type: Errand;
  /** What it is about: "gitaly". */
  readonly about?: string | undefined;
  readonly input: object;
  /** How the UI names it, if not by its type. */
  readonly summary?: string;
  readonly taskQueue: string;
}

/** Has a worker find something out, or do it, which takes its credentials, by a short workflow; answers with its result. */
export async function ask<Found>({ server }: CommandSession, { type, about, input, summary, taskQueue }: WorkerQuestion): Promise<Found> {
  const connected = await server();
  if (!(await polled(connected, taskQueue, { withinMs: 5_000 }))) {
    throw new Failure(3, `no worker polls the task queue "${taskQueue}" at ${connected.address}. Is one running? Name another queue by --task-queue`);
  }
  const found: unknown = await connected.client.workflow.execute(type, {
    taskQueue,
    workflowId: passingId(about === undefined ? type : `${type}/${about}`),
    args: [input],
    staticSummary: summary ?? (about === undefined ? type : `${type} of ${about}`),
    // Nothing is done hours later, when nobody waits for it any more.
    workflowExecutionTimeout: '2 minutes',
  });
  return found as Found;
}
