import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ParentClosePolicy, startChild, workflowInfo } from '@temporalio/workflow';
import type { ReleaseOutcome } from '../domain/outcome.ts';

/**
 * The UI's form takes any id, and Schedules add a time to theirs: a release that was started under another id than its
 * own starts the right one, or finds it running, and ends.
 */
export async function handOver(to: string, input: object): Promise<Extract<ReleaseOutcome, { kind: 'handedOver' }>> {
  try {
    await startChild(workflowInfo().workflowType, { workflowId: to, args: [input], parentClosePolicy: ParentClosePolicy.ABANDON });
  } catch (failure) {
    if (!(failure instanceof WorkflowExecutionAlreadyStartedError)) throw failure;
  }
  return { kind: 'handedOver', to };
}
