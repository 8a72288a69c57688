import type { Client } from '@temporalio/client';
import { environmentId } from '../domain/environment.ts';

/** An environment outlives the world that it was begun in, and the worker that it would need: the next world begins its own. */
export async function endEnvironments({ workflow }: Client, names: readonly string[] = ['staging', 'canary', 'production']): Promise<void> {
  await Promise.all(names.map((name) => workflow.getHandle(environmentId(name)).terminate('the world is gone').catch(() => undefined)));
}
