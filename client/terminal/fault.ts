import {
  isGrpcServiceError,
  NamespaceNotFoundError,
  QueryNotRegisteredError,
  WorkflowFailedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { Failure } from './answer.ts';

const grpc = { deadlineExceeded: 4, permissionDenied: 7, failedPrecondition: 9, unimplemented: 12, unavailable: 14, unauthenticated: 16 } as const;

/** Types of failures by which a workflow says that what it was given is wrong. */
const badInput = ['InvalidInput', 'InvalidCatalog'];

/** Whatever went wrong, as one message that says what to do, and the exit code that belongs to it. */
export function asFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (error instanceof WorkflowUpdateFailedError) return new Failure(1, `refused: ${shown(root(error))}`);
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) {
    return new Failure(3, 'no worker answers. The message may still arrive: look at the status, or send it again, it counts once');
  }
  if (error instanceof WorkflowFailedError) {
    const cause = root(error);
    return new Failure('type' in cause && badInput.includes(String(cause.type)) ? 2 : 1, `the workflow failed: ${shown(cause)}`);
  }
  if (error instanceof NamespaceNotFoundError) return new Failure(2, `there is no namespace "${error.namespace}". Set it by --namespace or TEMPORAL_NAMESPACE`);
  if (error instanceof WorkflowNotFoundError) return new Failure(2, `there is no running workflow "${error.workflowId}"`);
  if (error instanceof QueryNotRegisteredError) return new Failure(2, 'this workflow is no release: it does not answer the query "status"');
  return asServerFailure(error) ?? new Failure(1, shown(error));
}

/** Whether waiting can help: the server, or a worker that could answer, is away. */
export function isAway(error: unknown): boolean {
  const cause = root(error);
  return isGrpcServiceError(cause) && [grpc.unavailable, grpc.deadlineExceeded, grpc.failedPrecondition].some((code) => code === Number(cause.code));
}

export function shown(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function asServerFailure(error: unknown): Failure | undefined {
  const cause = root(error);
  if (!isGrpcServiceError(cause)) return undefined;
  switch (cause.code) {
    case grpc.unavailable:
      return new Failure(3, `the Temporal server does not answer (${cause.details})`);
    case grpc.deadlineExceeded:
    case grpc.failedPrecondition:
      return new Failure(3, `no worker answers (${cause.details}). Is one running, on the right task queue?`);
    case grpc.permissionDenied:
    case grpc.unauthenticated:
      return new Failure(3, `the Temporal server refuses these credentials (${cause.details}). Set TEMPORAL_API_KEY or a client certificate`);
    case grpc.unimplemented:
      return new Failure(3, `this server can't do that (${cause.details})`);
    default:
      return undefined;
  }
}

/** The first cause: what went wrong, beneath what noticed it. */
function root(error: unknown): Error {
  let cause = error instanceof Error ? error : new Error(String(error));
  while (cause.cause instanceof Error) cause = cause.cause;
  return cause;
}
