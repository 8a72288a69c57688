import { defaultPayloadConverter } from '@temporalio/common';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { releaseLabels, stageHeader } from '../../domain/release/log-labels.ts';

/** Has every line of an activity's log say which release it works for, of which component, and at which stage where its workflow told it. */
export const logLabels: ActivityInterceptorsFactory = ({ info }) => {
  const labels = releaseLabels(info.workflowExecution?.workflowId ?? '');
  let stage: unknown;
  return {
    inbound: {
      execute(input, next) {
        const told = input.headers[stageHeader];
        stage = told && defaultPayloadConverter.fromPayload(told);
        return next(input);
      },
    },
    outbound: {
      getLogAttributes: (input, next) => next({ ...input, ...labels, ...(stage !== undefined && { stage }) }),
    },
  };
};
