import type { WorkflowHandle } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { expect, onTestFinished } from 'vitest';
import type { Activities } from '../../activities/index.ts';
import type { Stage } from '../../domain/catalog.ts';
import type { ReleaseOutcome } from '../../domain/outcome.ts';
import type { ReleaseStatus } from '../../domain/status.ts';
import { status } from '../../workflows/messages.ts';
import { workflowBundle } from '../servers.ts';
import { plan, scriptedWorld } from './scripted-world.ts';

let queues = 0;

export type ReleaseHandle = WorkflowHandle<() => Promise<ReleaseOutcome>>;

/** A release through these stages, with a worker of its own that does as the script says. */
export async function startRelease(server: TestWorkflowEnvironment, stages: readonly Stage[], { by, ...script }: Partial<Activities> & { readonly by?: string } = {}) {
  const taskQueue = `stages-${queues++}`;
  const id = `release/gitaly/${taskQueue}`;
  const { activities, calls } = scriptedWorld({ plan: async () => ({ ...plan, id, stages }), ...script });
  const worker = await Worker.create({ connection: server.nativeConnection, taskQueue, workflowBundle, activities });
  const running = worker.run();
  onTestFinished(async () => {
    worker.shutdown();
    await running;
  });
  const release: ReleaseHandle = await server.client.workflow.start('componentRelease', {
    workflowId: id,
    taskQueue,
    args: [{ component: 'gitaly', ...(by && { by }) }],
  });
  return { id, release, calls };
}

export async function waitsFor(release: ReleaseHandle, what: string | RegExp): Promise<ReleaseStatus> {
  let seen: ReleaseStatus | undefined;
  const waits = async () => {
    seen = await release.query(status);
    return seen.waitingFor?.what ?? seen.outcome;
  };
  await expect.poll(waits, { timeout: 10_000, interval: 20 }).toMatch(what);
  return seen!;
}
