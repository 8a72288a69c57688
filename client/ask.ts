import { Failure } from './answer.ts';
import type { Session } from './session.ts';
import { passingId, polled } from './task-queue.ts';

export interface Question {
  /** The type of a workflow that only looks. */
  readonly type: string;
  /** What it is about: "gitaly". */
  readonly about?: string | undefined;
  readonly input: object;
  readonly taskQueue: string;
}

/** Has a worker find something out, which takes its credentials, by a workflow that changes nothing; answers what it found. */
export async function ask<Found>({ server }: Session, { type, about, input, taskQueue }: Question): Promise<Found> {
  const connected = await server();
  if (!(await polled(connected, taskQueue, { withinMs: 5_000 }))) {
    throw new Failure(3, `no worker polls the task queue "${taskQueue}" at ${connected.address}. Is one running? Name another queue by --task-queue`);
  }
  const found: unknown = await connected.client.workflow.execute(type, {
    taskQueue,
    workflowId: passingId(about === undefined ? type : `${type}/${about}`),
    args: [input],
    staticSummary: about === undefined ? type : `${type} of ${about}`,
    workflowExecutionTimeout: '2 minutes',
  });
  return found as Found;
}
