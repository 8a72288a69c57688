import { flagValue, shownSetting } from '../../domain/flags/setting.ts';
import type { FlagSetting } from '../../domain/flags/setting.ts';
import { neverRetry, tryAgain } from '../failures.ts';
import type { FlagChange, FlagReading } from './backend.ts';

/** Flag names become parts of URLs. */
const plainName = /^[A-Za-z0-9][\w.-]*$/;

/** @throws `InvalidInput`: some services accept 150 % */
export function assertWritable({ flag, to }: FlagChange): void {
  if (!plainName.test(flag)) throw neverRetry('InvalidInput', `${JSON.stringify(flag)} can't be the name of a flag`);
  const problem = to === 'unset' ? undefined : flagValue.safeParse(to).error?.issues[0]?.message;
  if (problem) throw neverRetry('InvalidInput', `${flag} can't be set to ${JSON.stringify(to)}: ${problem}`);
}

/**
 * Whether the change must still be written to a flag that reads so.
 * @param between what an attempt that broke off in the middle may have left
 * @throws `Conflict` when somebody else has set the flag
 */
export function mustWrite(change: FlagChange, reading: FlagReading, between: readonly FlagSetting[] = []): boolean {
  const { flag, from, to } = change;
  if (reading.kind === 'custom') {
    throw neverRetry('Conflict', `${flag} has gates that Slipway doesn't set (${reading.gates.join(', ')}): remove them first`);
  }
  const { setting } = reading;
  if (setting === to || (setting !== from && becomes(to, setting))) return false;
  if (setting === from || between.includes(setting)) return true;
  throw neverRetry('Conflict', `${flag} is ${shownSetting(setting)}, where ${shownSetting(from)} was expected: somebody else has set it`);
}

/** What has become of the change. @throws `Unavailable` when the flag reads differently: the read lags, or somebody else writes, too */
export function settled({ flag, to }: FlagChange, reading: FlagReading): FlagSetting {
  if (reading.kind === 'plain' && (reading.setting === to || becomes(to, reading.setting))) return reading.setting;
  const found = reading.kind === 'plain' ? shownSetting(reading.setting) : reading.gates.join(', ');
  throw tryAgain('Unavailable', `${flag} was set to ${shownSetting(to)}, but reads as ${found}`);
}

/** GitLab keeps 100 as true (it did not when `100` and then `true` became the custom); Unleash knows no flag that exists and was not set. */
function becomes(to: FlagSetting, setting: FlagSetting): boolean {
  return (to === 100 && setting === true) || (to === 'unset' && setting === false);
}
