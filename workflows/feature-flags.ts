import { ApplicationFailure } from '@temporalio/workflow';
import type { FlagAnswer, FlagRequest } from '../domain/flag-request.ts';
import { flagRequest, flagRequestExample } from '../domain/flag-request.ts';
import { parseInput } from '../domain/input.ts';
import { planning } from './activities.ts';

/**
 * Looks flags up, or sets one, outside of a rollout. Short; its history says who set what. Input:
 * `{ "component": "gitaly", "environment": "production", "match": "delete" }`, or with `"flag"`, `"set"` and `"by"`.
 */
export async function featureFlags(input?: FlagRequest): Promise<FlagAnswer> {
  const parsed = parseInput(flagRequest, input, flagRequestExample);
  if (parsed.kind === 'invalid') throw ApplicationFailure.nonRetryable(parsed.message, 'InvalidInput');
  const { set: to, flag, by, ...request } = parsed.value;
  const summary = flag ?? request.match ?? request.component;
  if (to === undefined || flag === undefined || by === undefined) return planning.lookUpFlags.executeWithOptions({ summary }, [parsed.value]);
  return planning.setOneFlag.executeWithOptions({ summary: `${summary} → ${to}` }, [{ ...request, flag, to, by }]);
}
