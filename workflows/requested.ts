import { ApplicationFailure } from '@temporalio/workflow';
import type { z } from 'zod';
import { parseInput } from '../domain/input.ts';

/** A workflow's input, as a person typed it. Fails for good, with what is allowed and an example, if it is wrong. */
export function requested<Request>(schema: z.ZodType<Request>, input: unknown, example: object): Request {
  const parsed = parseInput(schema, input, example);
  if (parsed.kind === 'valid') return parsed.value;
  throw ApplicationFailure.nonRetryable(parsed.message, 'InvalidInput');
}
