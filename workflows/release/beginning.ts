import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ApplicationFailure, ParentClosePolicy, startChild, workflowInfo } from '@temporalio/workflow';
import type { Sha } from '../../domain/code/commit.ts';
import type { Outcome } from '../../domain/outcome.ts';
import type { Parsed } from '../../domain/text/input.ts';
import { unpaced } from './work.ts';

type HandedOver = Extract<Outcome, { kind: 'handedOver' }>;

/**
 * The UI's form takes any id, and Schedules add a time to theirs: a release that was started under another id than its
 * own starts the right one, or finds it running, and ends.
 */
export async function handOver(to: string, input: object): Promise<HandedOver> {
  await begin(to, input);
  return { kind: 'handedOver', to };
}

/** Hands a request over that is for one commit: the release that runs already may carry another. */
export async function handOverExactly(sha: Sha, to: string, request: object): Promise<HandedOver | Extract<Outcome, { kind: 'underWay' }>> {
  if ((await begin(to, request)) === 'now') return { kind: 'handedOver', to };
  const candidate = await unpaced.carriedBy({ release: to }, `ask ${to} what it carries`);
  return candidate === sha ? { kind: 'handedOver', to } : { kind: 'underWay', release: to, candidate, asked: sha };
}

/** Starts a workflow, of this type unless told otherwise, under an id, unless it runs already. */
export async function begin(workflowId: string, input: object, type = workflowInfo().workflowType): Promise<'now' | 'before'> {
  try {
    await startChild(type, { workflowId, args: [input], parentClosePolicy: ParentClosePolicy.ABANDON });
    return 'now';
  } catch (failure) {
    if (failure instanceof WorkflowExecutionAlreadyStartedError) return 'before';
    throw failure;
  }
}

/** A workflow's input, as a person typed it. Fails for good, with what is allowed and an example, if it is wrong. */
export function requested<Request>(parsed: Parsed<Request>): Request {
  if (parsed.kind === 'valid') return parsed.value;
  throw ApplicationFailure.nonRetryable(parsed.message, 'InvalidInput');
}
