import type { Client } from '@temporalio/client';
import type { Progress } from '../../domain/release/progress.ts';

/** Tells a running workflow how far its step has come. */
export type TellProgress = (run: { readonly workflowId: string; readonly runId: string }, progress: Progress) => Promise<void>;

export function temporalProgress({ workflow }: Client): TellProgress {
  return ({ workflowId, runId }, progress) => workflow.getHandle(workflowId, runId).signal('progress', progress);
}
