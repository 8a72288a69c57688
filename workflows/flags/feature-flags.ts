import { workflowInfo } from '@temporalio/workflow';
import { shownSetting } from '../../domain/flags/setting.ts';
import type { FlagAnswer, FlagRequest } from '../../domain/flags/desk-request.ts';
import { flagRequest, flagRequestExample } from '../../domain/flags/desk-request.ts';
import { parseInput } from '../../domain/text/input.ts';
import { recordOfSetting, toldSetting } from '../../domain/flags/desk-record.ts';
import type { SetFlag } from '../../domain/flags/desk-record.ts';
import { withinTime } from '../release/race.ts';
import { now } from '../release/status.ts';
import { unpaced } from '../release/work.ts';
import { requested } from '../release/beginning.ts';

/** How long the chat and the records may take, in ms. */
const patienceMs = 15_000;

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
  const { kind: _, channel, ...change } = judged;
  const became = await unpaced.setFlag({ ...change, to }, `set ${judged.flag}: ${shownSetting(judged.from)} → ${shownSetting(to)}`);
  const untold = became === judged.from ? [] : await tell({ ...change, component: request.component, to: became, by, reason: request.reason }, channel);
  return { kind: 'flagSet', ...change, to: became, ...(untold.length > 0 && { untold }) };
}

/** Whoever has set it waits for the answer. @returns who could not be told by then */
async function tell(set: SetFlag, channel: string | undefined): Promise<readonly string[]> {
  const { workflowId, startTime } = workflowInfo();
  const record = recordOfSetting(set, { startedAt: startTime.toISOString(), endedAt: now() });
  const announcement = channel === undefined ? undefined : { channel, key: `${workflowId} of ${startTime.toISOString()}/set`, text: toldSetting(set) };
  const telling = [
    { whom: 'the records', say: () => unpaced.keepRecord(record, 'keep the record') },
    ...(announcement ? [{ whom: announcement.channel, say: () => unpaced.announce(announcement, `announce ${set.flag}`) }] : []),
  ];
  const told = await Promise.all(telling.map(({ say }) => withinTime(patienceMs, () => say().then(() => true)).catch(() => undefined)));
  return telling.flatMap(({ whom }, index) => (told[index] ? [] : [whom]));
}
