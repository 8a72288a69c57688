import type { WorkflowHandle } from '@temporalio/client';
import type { ReleaseStatus, Sendable } from '../../domain/release/status.ts';
import { neverRetry } from '../../ports/failures.ts';
import { status } from '../../workflows/release/messages.ts';

type Activity = (...args: never[]) => Promise<unknown>;

/** Those by which something begins: where they are refused there is nothing yet that could ask. What is planned once more may ask. */
const beginnings = /^plan($|[A-Z])/;

/** A world that says no once to everything that is asked of it, as a service does whose no was doubted for minutes, and then does well. */
export function refusingOnce<Activities extends object>(activities: Activities): { readonly activities: Activities; readonly refused: string[] } {
  const refused: string[] = [];
  const counts = new Map<string, number>();
  const wrapped = Object.entries(activities).map(([name, act]) => [
    name,
    async (...args: never[]) => {
      const count = (counts.get(name) ?? 0) + 1;
      counts.set(name, count);
      if (count !== (beginnings.test(name) ? 2 : 1)) return (act as Activity)(...args);
      refused.push(name);
      throw neverRetry('PermissionDenied', `${name} was answered 403`, { reason: 'Forbidden' });
    },
  ]);
  return { activities: Object.fromEntries(wrapped) as Activities, refused };
}

/** Does what is asked for, until it has ended: has what was refused tried again, approves, tests, and confirms. @returns what was waited for */
export async function attend(release: WorkflowHandle, by: (message: string) => string = () => 'bob'): Promise<readonly string[]> {
  const asked: string[] = [];
  // Whoever waits for the result has time skipped, while people are asked, too.
  while ((await release.describe()).status.name === 'RUNNING') {
    await new Promise((resolve) => setTimeout(resolve, 20));
    const { state, waitingFor } = (await release.query(status)) as ReleaseStatus;
    // What soaks can be ended at any time: nothing is asked.
    const way = state === 'soaking' ? undefined : waitingFor?.send?.find(helps);
    if (!way) continue;
    asked.push(waitingFor!.what);
    await release.executeUpdate(way.message, { args: [{ ...way.payload, by: by(way.message) }] }).catch(() => undefined);
  }
  return asked;
}

function helps({ message, payload }: Sendable): boolean {
  return message === 'decide' ? 'choice' in payload && payload.choice === 'retry' : ['approve', 'confirm', 'tested', 'resume'].includes(message);
}
