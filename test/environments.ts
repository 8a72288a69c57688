import type { Client } from '@temporalio/client';
import { environmentId } from '../domain/environments/environment.ts';

/** Those of the catalogs that tests write. */
export const environmentNames = ['staging', 'canary', 'production'] as const;

/** An environment outlives the world that it was begun in, and the worker that it would need: the next world begins its own. */
export async function endEnvironments({ workflow }: Client, names: readonly string[] = environmentNames): Promise<void> {
  await Promise.all(names.map((name) => workflow.getHandle(environmentId(name)).terminate('the world is gone').catch(() => undefined)));
}
