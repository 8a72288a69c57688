import type { Client } from '@temporalio/client';
import { environmentId } from '../domain/environments/environment.ts';
import { componentId } from '../domain/people/objection.ts';

/** Those of the catalogs that tests write. */
export const environmentNames = ['staging', 'canary', 'production'] as const;
const componentNames = ['gitaly', 'monitor'] as const;

/** An environment outlives the world that it was begun in, and the worker that it would need, and so does a component: the next world begins its own. */
export async function endEnvironments({ workflow }: Client, names: readonly string[] = environmentNames): Promise<void> {
  const ids = [...names.map(environmentId), ...componentNames.map(componentId)];
  await Promise.all(ids.map((id) => workflow.getHandle(id).terminate('the world is gone').catch(() => undefined)));
}
