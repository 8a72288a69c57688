import type { WorkflowHandle } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { expect, onTestFinished } from 'vitest';
import type { Activities } from '../../activities/index.ts';
import type { ReleasePlan } from '../../domain/component/plan.ts';
import type { ReleaseRequest } from '../../domain/component/request.ts';
import type { ReleaseStatus } from '../../domain/release/status.ts';
import { workerDataConverter } from '../../temporal/data-converter.ts';
import { status } from '../../workflows/release/messages.ts';
import { workflowBundle } from '../servers.ts';
import { plan as usualPlan, scriptedWorld } from './scripted-world.ts';
import type { ReleaseOutcome } from '../../domain/component/outcome.ts';

export type Running = WorkflowHandle<() => Promise<ReleaseOutcome>>;

let queues = 0;

/** Starts a release in skipped time, with a worker of its own, in a world that does as the script says. */
export async function begin(server: TestWorkflowEnvironment, script: Partial<Activities> = {}, changes: Partial<ReleasePlan> = {}, request: Partial<ReleaseRequest> = {}, wrap: (activities: Activities) => Activities = (same) => same) {
  const taskQueue = `release-${queues++}`;
  const plan: ReleasePlan = { ...usualPlan, stages: [], ...changes, id: `release/gitaly/${taskQueue}` };
  const { activities, calls } = scriptedWorld({ plan: async () => plan, ...script });
  const worker = await Worker.create({ connection: server.nativeConnection, taskQueue, workflowBundle, activities: wrap(activities), dataConverter: workerDataConverter({}, 'default') });
  const running = worker.run();
  onTestFinished(async () => {
    worker.shutdown();
    await running;
  });
  const release: Running = await server.client.workflow.start('componentRelease', { workflowId: plan.id, taskQueue, args: [{ component: 'gitaly', ...request }] });
  return { release, calls, plan, taskQueue };
}

/** Answers one after the other, the last one again and again. */
export function inTurn<Answer>(...answers: readonly (Answer | (() => Promise<Answer>))[]): () => Promise<Answer> {
  let count = 0;
  return async () => {
    const answer = answers[Math.min(count++, answers.length - 1)]!;
    return typeof answer === 'function' ? (answer as () => Promise<Answer>)() : answer;
  };
}

/** Waits, in real time, until the release waits for this. */
export async function waitsFor(release: Running, what: string | RegExp): Promise<ReleaseStatus> {
  let seen: ReleaseStatus | undefined;
  await expect
    .poll(
      async () => {
        seen = await release.query(status);
        return seen.waitingFor?.what ?? seen.outcome ?? '';
      },
      { timeout: 10_000, interval: 20 },
    )
    .toMatch(what);
  return seen!;
}
