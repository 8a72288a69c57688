import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { activityInfo } from '@temporalio/activity';
import { Client, Connection } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { DefaultLogger, NativeConnection, Runtime, Worker, bundleWorkflowCode } from '@temporalio/worker';
import type { Activities } from '../activities/index.ts';
import { startTemporal, workflowBundle } from '../test/servers.ts';
import { approve } from '../workflows/people/messages.ts';
import { plan, scriptedWorld } from '../test/workflows/scripted-world.ts';

export type ReleaseCompany = Awaited<ReturnType<typeof openReleaseCompany>>;

/** A Temporal server, and two workers with the same settings: one for releases whose activities do nothing, one for bare workflows. */
export async function openReleaseCompany() {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const { address, stop } = await startTemporal();
  const [connection, native] = await Promise.all([Connection.connect({ address }), NativeConnection.connect({ address })]);
  const client = new Client({ connection });
  const started = new Map<string, () => void>();
  const gate = { open: true };

  /** Hears of the next activity that begins for a workflow. */
  function next(workflowId: string): Promise<void> {
    return new Promise((resolve) => started.set(workflowId, resolve));
  }

  function begun(): string {
    const { workflowId } = activityInfo().workflowExecution!;
    started.get(workflowId)?.();
    started.delete(workflowId);
    return workflowId;
  }

  const bundle = await bundleWorkflowCode({ workflowsPath: fileURLToPath(new URL('bare-workflow.js', import.meta.url)), logger: new DefaultLogger('ERROR') });
  const workers = await Promise.all([
    Worker.create({ connection: native, taskQueue: 'releases', workflowBundle, activities: releaseActivities(begun, gate) }),
    Worker.create({ connection: native, taskQueue: 'bare', workflowBundle: bundle, activities: { noop: async () => void begun() } }),
  ]);
  const running = Promise.all(workers.map((worker) => worker.run()));

  /** Starts a release that is approved beforehand. */
  function release(workflowId: string) {
    const args = [{ component: workflowId.split('/')[1]! }];
    const approval = { stage: 'production', by: 'alice' };
    return client.workflow.signalWithStart('componentRelease', { workflowId, taskQueue: 'releases', args, signal: approve.signal, signalArgs: [approval] });
  }

  /** Until a release waits for its pipeline, which is looked at every 30 s. */
  async function waiting(workflowId: string): Promise<void> {
    for (;;) {
      const { searchAttributes } = await client.workflow.getHandle(workflowId).describe();
      if ((searchAttributes['ReleaseState'] as string[] | undefined)?.[0] === 'pipeline') return;
      await sleep(200);
    }
  }

  return {
    client,
    release,
    waiting,
    next,
    /** While it is closed every pipeline runs on. */
    gate,
    async close() {
      for (const worker of workers) worker.shutdown();
      await running;
      await Promise.all([connection.close(), native.close()]);
      await stop();
    },
  };
}

/** A release's id is `release/<component>/<number>`; each has an environment of its own. */
function releaseActivities(begun: () => string, gate: { readonly open: boolean }): Activities {
  const { activities } = scriptedWorld({
    async plan() {
      const id = begun();
      const component = id.split('/')[1]!;
      return { ...plan, id, component, pin: { ...plan.pin, head: id } };
    },
    async pipeline() {
      begun();
      if (!gate.open) throw ApplicationFailure.create({ type: 'NotYet', message: 'still running' });
      return { kind: 'green' };
    },
  });
  return activities;
}
