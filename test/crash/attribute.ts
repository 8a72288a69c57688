import type { WorkflowHandle } from '@temporalio/client';

/** Waits until a search attribute has a value. It is read from the server, so that this needs no living worker. */
export async function attribute(release: WorkflowHandle, name: string, value: string | RegExp): Promise<void> {
  for (;;) {
    const { searchAttributes, status } = await release.describe();
    const [now = ''] = (searchAttributes[name] as string[] | undefined) ?? [];
    if (typeof value === 'string' ? now === value : value.test(now)) return;
    if (status.name !== 'RUNNING') throw new Error(`the release ended (${status.name}) before ${name} was ${value}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
