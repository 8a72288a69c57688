import { shownSetting } from '../domain/flag.ts';
import type { FlagAnswer, FlagRequest } from '../domain/flag-request.ts';
import { flagRequest, flagRequestExample } from '../domain/flag-request.ts';
import { parseInput } from '../domain/input.ts';
import { planning } from './activities.ts';
import { requested } from './requested.ts';

/**
 * Looks flags up, or sets one, outside of a rollout. Short; its history says who set what. Input:
 * `{ "component": "gitaly", "environment": "production", "match": "delete" }`, or with `"flag"`, `"set"` and `"by"`.
 */
export async function featureFlags(input?: FlagRequest): Promise<FlagAnswer> {
  const asked = requested(parseInput(flagRequest, input, flagRequestExample));
  const { set: to, flag, by, ...request } = asked;
  const summary = flag ?? request.match ?? request.component;
  if (to === undefined || flag === undefined || by === undefined) return planning.lookUpFlags.executeWithOptions({ summary }, [asked]);
  const judged = await planning.judgeSetting.executeWithOptions({ summary }, [{ ...request, flag, to, by }]);
  if (judged.kind !== 'maySet') return judged;
  const { kind: _, ...change } = judged;
  const options = { summary: `${judged.flag}: ${shownSetting(judged.from)} → ${shownSetting(to)}`, heartbeatTimeout: '20 seconds' } as const;
  const became = await planning.setFlag.executeWithOptions(options, [{ ...change, to }]);
  return { kind: 'flagSet', ...change, to: became };
}
