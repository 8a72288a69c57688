import { shownSetting } from '../../domain/flags/setting.ts';
import type { FlagAnswer, FlagRequest } from '../../domain/flags/desk-request.ts';
import { flagRequest, flagRequestExample } from '../../domain/flags/desk-request.ts';
import { parseInput } from '../../domain/text/input.ts';
import { unpaced } from '../release/work.ts';
import { requested } from '../release/beginning.ts';

/**
 * Looks flags up, or sets one, outside of a rollout. Short; its history says who set what. Input:
 * `{ "component": "gitaly", "environment": "production", "match": "delete" }`, or with `"flag"`, `"set"` and `"by"`.
 */
export async function featureFlags(input?: FlagRequest): Promise<FlagAnswer> {
  const asked = requested(parseInput(flagRequest, input, flagRequestExample));
  const { set: to, flag, by, ...request } = asked;
  if (to === undefined || flag === undefined || by === undefined) return unpaced.lookUpFlags(asked, `look up ${flag ?? request.match ?? `the flags of ${request.component}`}`);
  const judged = await unpaced.judgeSetting({ ...request, flag, to, by }, `judge whether ${flag} may be set`);
  if (judged.kind !== 'maySet') return judged;
  const { kind: _, ...change } = judged;
  const became = await unpaced.setFlag({ ...change, to }, `set ${judged.flag}: ${shownSetting(judged.from)} → ${shownSetting(to)}`);
  return { kind: 'flagSet', ...change, to: became };
}
