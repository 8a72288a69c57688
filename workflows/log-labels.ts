import { defaultPayloadConverter } from '@temporalio/common';
import type { WorkflowInterceptors } from '@temporalio/workflow';
import { workflowInfo } from '@temporalio/workflow';
import { releaseLabels, stageHeader } from '../domain/release/log-labels.ts';

/** Interceptors are handed nothing of a workflow's: this one thing is kept in a module, which each workflow has for itself. */
let stage: string | undefined;

/** What is logged from now on is at this stage. */
export function logAtStage(name: string | undefined): void {
  stage = name;
}

/** Has every line of the log say which release it comes from, of which component, at which stage; those of its activities, too. */
export function interceptors(): WorkflowInterceptors {
  return {
    outbound: [
      {
        getLogAttributes: (input, next) => next({ ...input, ...releaseLabels(workflowInfo().workflowId), ...(stage && { stage }) }),
        scheduleActivity: (input, next) =>
          next(stage ? { ...input, headers: { ...input.headers, [stageHeader]: defaultPayloadConverter.toPayload(stage) } } : input),
      },
    ],
  };
}
