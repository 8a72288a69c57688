import type { WorkflowHandle } from '@temporalio/client';

/** Waits until a search attribute has a value. It is read from the server, so that this needs no living worker. */
export async function attribute(release: WorkflowHandle, name: string, value: string): Promise<void> {
  for (;;) {
    const { searchAttributes, status } = await release.describe();
    if ((searchAttributes[name] as string[] | undefined)?.[0] === value) return;
    if (status.name !== 'RUNNING') throw new Error(`the release ended (${status.name}) before ${name} was ${value}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
