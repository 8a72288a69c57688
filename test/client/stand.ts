import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { expect, inject, vi } from 'vitest';
import type { Activities } from '../../activities/index.ts';
import { workflowBundle } from '../servers.ts';
import { plan, scriptedWorld } from '../workflows/scripted-world.ts';
import { type } from './command-line.ts';
import type { Told } from './command-line.ts';

/** A namespace with Slipway's search attributes, workers in it, and the command that is typed there. */
export async function openStand(namespace: string) {
  const { address } = inject('temporal');
  const endings = new Map<string, () => Promise<void>>();
  const slipway = (...args: string[]): Promise<Told> => type(args, { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace, SLIPWAY_UI: 'http://ui' });
  let queues = 0;

  Runtime.install({ logger: new DefaultLogger('ERROR') });
  await register(namespace);
  await vi.waitFor(async () => expect(await slipway('attributes')).toMatchObject({ exit: 0 }), { timeout: 30_000, interval: 500 });
  const connection = await NativeConnection.connect({ address });

  return {
    slipway,
    /** A worker that releases any component, with activities by the script; gives its task queue. */
    async worker(script: Partial<Activities> = {}): Promise<string> {
      const taskQueue = `${namespace}-${queues++}`;
      const { activities } = scriptedWorld({ plan: async ({ component }) => ({ ...plan, component, id: idOf(component) }), ...script });
      const worker = await Worker.create({ connection, namespace, taskQueue, workflowBundle, activities, shutdownForceTime: '1 s' });
      const running = worker.run();
      endings.set(taskQueue, async () => {
        worker.shutdown();
        await running.catch(() => undefined);
      });
      return taskQueue;
    },
    /** Leaves a task queue without its worker. */
    async stop(taskQueue: string): Promise<void> {
      await endings.get(taskQueue)!();
      endings.delete(taskQueue);
    },
    async close(): Promise<void> {
      for (const end of endings.values()) await end();
      await connection.close();
    },
  };
}

export async function register(namespace: string): Promise<void> {
  const client = await Connection.connect({ address: inject('temporal').address });
  await client.workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod: msToTs('1 day') });
  await client.close();
}

export function idOf(component: string): string {
  return `release/${component}/from-aaaaaaaaaaaa`;
}
