import type { Headers } from '@temporalio/common';
import type { WorkflowInterceptors } from '@temporalio/workflow';

/** Where Temporal's OpenTelemetry interceptors keep the trace that a call belongs to. */
const header = '_tracer-data';

/**
 * Hands the trace that a workflow was started in on to what it does; without one, it changes nothing. The SDK's own interceptor for workflows
 * would add spans for them, but it lets microtasks pass in between, so that branches change their order: a release that began
 * without it can't be replayed with it.
 */
export function interceptors(): WorkflowInterceptors {
  let trace: Headers = {};
  const traced = <Input extends { readonly headers: Headers }>(input: Input): Input => ({ ...input, headers: { ...input.headers, ...trace } });
  return {
    inbound: [
      {
        execute(input, next) {
          if (input.headers[header]) trace = { [header]: input.headers[header] };
          return next(input);
        },
      },
    ],
    outbound: [
      {
        scheduleActivity: (input, next) => next(traced(input)),
        startChildWorkflowExecution: (input, next) => next(traced(input)),
        continueAsNew: (input, next) => next(traced(input)),
      },
    ],
  };
}
