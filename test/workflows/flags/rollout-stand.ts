import type { WorkflowHandle } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { onTestFinished } from 'vitest';
import type { Activities } from '../../../activities/index.ts';
import type { Outcome } from '../../../domain/outcome.ts';
import type { RolloutPlan } from '../../../domain/flags/plan.ts';
import { workflowBundle } from '../../servers.ts';
import { commit, flag, planOf, scriptedRollout } from './scripted-rollout.ts';
import type { ScriptedRollout } from './scripted-rollout.ts';

export const request = { component: 'gitaly', flag, commit };

let queues = 0;

export function withoutStaging(production: Partial<RolloutPlan['rules']['production']> = {}): RolloutPlan {
  const { staging: _, ...rules } = planOf({}, production).rules;
  const plan = planOf({}, production);
  return { ...plan, rules, stages: plan.stages.slice(1) };
}

export interface RolloutOptions {
  readonly plan?: RolloutPlan;
  readonly script?: Partial<Activities>;
  readonly before?: 25 | 5 | true;
  readonly args?: unknown[];
  readonly typedId?: string;
}

/** Replaces activities of the world. */
export type Wrap = (world: ScriptedRollout) => Partial<Activities>;

/** Starts a rollout in skipped time, with a worker of its own, in a world that does as the script says. */
export async function begin(server: TestWorkflowEnvironment, { plan = planOf(), script, before, args = [request], typedId }: RolloutOptions = {}, wrap: Wrap = () => ({})) {
  const taskQueue = `rollouts-${queues++}`;
  const id = `flag/gitaly/${taskQueue}`;
  const world = scriptedRollout({ ...plan, id }, script);
  if (before !== undefined) world.settings.set('production', before);
  const worker = await Worker.create({ connection: server.nativeConnection, taskQueue, workflowBundle, activities: { ...world.activities, ...wrap(world) } });
  const running = worker.run();
  onTestFinished(async () => {
    worker.shutdown();
    await running;
  });
  const { client } = server;
  const rollout: WorkflowHandle<() => Promise<Outcome>> = await client.workflow.start('featureFlagRollout', { workflowId: typedId ?? id, taskQueue, args });
  return { rollout, world, id, client };
}
