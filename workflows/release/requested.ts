import { ApplicationFailure } from '@temporalio/workflow';
import type { Parsed } from '../../domain/text/input.ts';

/** A workflow's input, as a person typed it. Fails for good, with what is allowed and an example, if it is wrong. */
export function requested<Request>(parsed: Parsed<Request>): Request {
  if (parsed.kind === 'valid') return parsed.value;
  throw ApplicationFailure.nonRetryable(parsed.message, 'InvalidInput');
}
