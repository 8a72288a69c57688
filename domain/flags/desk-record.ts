import type { ReleaseRecord } from '../release/record.ts';
import { rolloutId } from './plan.ts';
import { shownSetting } from './setting.ts';
import type { FlagSetting } from './setting.ts';

/** A flag that somebody has set outside of a rollout. */
export interface SetFlag {
  readonly component: string;
  readonly flag: string;
  readonly environment: string;
  readonly from: FlagSetting;
  readonly to: FlagSetting;
  readonly by: string;
  readonly reason?: string | undefined;
}

/** "gitaly_x in production: 100 % → 25 %, by alice: the incident" */
export function toldSetting({ flag, environment, from, to, by, reason }: SetFlag): string {
  return `${flag} in ${environment}: ${shownSetting(from)} → ${shownSetting(to)}, by ${by}${reason === undefined ? '' : `: ${reason}`}`;
}

/** What it leaves, among the rollouts of the flag. Times are ISO 8601. */
export function recordOfSetting(set: SetFlag, { startedAt, endedAt }: Pick<ReleaseRecord, 'startedAt' | 'endedAt'>): ReleaseRecord {
  const { component, flag, environment, from, to, by, reason } = set;
  const message = `set ${shownSetting(from)} → ${shownSetting(to)}`;
  return {
    release: rolloutId({ component, flag }),
    component,
    stages: [{ name: shownSetting(to), environment, mark: 'done', since: endedAt }],
    ...{ startedAt, endedAt, ending: 'flagSet', outcome: toldSetting(set) },
    decisions: [{ message, by, at: endedAt, assurance: 'claimed', ...(reason !== undefined && { reason }) }],
    ...{ refused: [], undone: [], stays: [], owed: [] },
  };
}
