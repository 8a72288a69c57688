import { releasesWith } from '../release/release.ts';
import type { Server } from '../terminal/connection.ts';

/** A release that has ended. */
export interface RecentEnd {
  readonly id: string;
  /** As Temporal has it: "COMPLETED", "TERMINATED". */
  readonly status: string;
  /** ISO 8601 */
  readonly at: string;
}

/** The last releases of every kind that have ended, newest first; a run that has handed on to the next one has not. */
export async function recentlyEnded({ client }: Server, most = 20): Promise<readonly RecentEnd[]> {
  const ended: RecentEnd[] = [];
  for await (const { workflowId: id, status, closeTime } of client.workflow.list({ query: releasesWith('ExecutionStatus NOT IN ("Running", "ContinuedAsNew")') })) {
    if (closeTime) ended.push({ id, status: status.name, at: closeTime.toISOString() });
    if (ended.length === most) break;
  }
  return ended;
}
