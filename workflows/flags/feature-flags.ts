import { shownSetting } from '../../domain/flags/setting.ts';
import type { FlagAnswer, FlagRequest } from '../../domain/flags/desk-request.ts';
import { flagRequest, flagRequestExample } from '../../domain/flags/desk-request.ts';
import { parseInput } from '../../domain/text/input.ts';
import { planning } from '../release/work.ts';
import { requested } from '../release/requested.ts';

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
