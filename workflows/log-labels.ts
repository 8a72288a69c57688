import { defaultPayloadConverter } from '@temporalio/common';
import type { WorkflowInterceptors } from '@temporalio/workflow';
import { workflowInfo } from '@temporalio/workflow';
import { releaseLabels, stageHeader } from '../domain/release/log-labels.ts';

declare global {
  /** Interceptors are handed nothing of a workflow's. Modules are shared by all workflows (preloaded.ts), but each has globals of its own. */
  var slipwayStage: string | undefined;
}

/** What is logged from now on is at this stage. */
export function logAtStage(name: string | undefined): void {
  globalThis.slipwayStage = name;
}

/** Has every line of the log say which release it comes from, of which component, at which stage; those of its activities, too. */
export function interceptors(): WorkflowInterceptors {
  return {
    outbound: [
      {
        getLogAttributes: (input, next) => next({ ...input, ...releaseLabels(workflowInfo().workflowId), ...(globalThis.slipwayStage && { stage: globalThis.slipwayStage }) }),
        scheduleActivity: (input, next) =>
          next(globalThis.slipwayStage ? { ...input, headers: { ...input.headers, [stageHeader]: defaultPayloadConverter.toPayload(globalThis.slipwayStage) } } : input),
      },
    ],
  };
}
