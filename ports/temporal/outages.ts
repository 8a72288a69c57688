import type { Client } from '@temporalio/client';
import type { OutageNews } from '../../domain/release/outage.ts';

/** Tells a running workflow that a service has not answered one of its activities for long, or that it has. */
export type TellOutage = (run: { readonly workflowId: string; readonly runId: string }, news: OutageNews) => Promise<void>;

export function temporalOutages({ workflow }: Client): TellOutage {
  return ({ workflowId, runId }, news) => workflow.getHandle(workflowId, runId).signal('outage', news);
}
