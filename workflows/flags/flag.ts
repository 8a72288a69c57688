import type { FlagSetting } from '../../domain/flags/setting.ts';
import { shownSetting } from '../../domain/flags/setting.ts';
import type { Undo } from '../release/compensation.ts';
import { insist } from '../people/obligations.ts';
import { refusedAs } from '../release/conclusion.ts';
import type { Rollout } from './rollout.ts';

/** A flag in one environment, as this rollout knows it. */
export interface Flag {
  readonly environment: string;
  /** What it was before the rollout. */
  readonly before: FlagSetting;
  /** What this rollout has made of it, oldest first. */
  written(): readonly FlagSetting[];
  setting(): FlagSetting;
  /** @returns why it could not be: somebody else has set it */
  set(to: FlagSetting): Promise<string | undefined>;
  /** Takes what somebody else has set for what it is to be from now on. @returns why it could not be: it has gates that Slipway does not set */
  adopt(): Promise<string | undefined>;
}

/** Takes a flag in hand, and registers how it is put back. */
export async function takeFlag(rollout: Rollout, environment: string, { register, leave }: { register: (undo: Undo) => void; leave: () => boolean }): Promise<Flag> {
  const { plan, status, work } = rollout;
  const place = { environment, flag: plan.flag };
  const summary = `${plan.flag} in ${environment}`;
  const read = () => work.readFlag(place, `read ${summary}`);

  const before = await insist(rollout, `the look at ${summary}`, read);
  let setting = before;
  /** What it may be while a write is in the air. */
  let next: FlagSetting | undefined;
  const written: FlagSetting[] = [];

  register({
    what: `${summary} (back to ${shownSetting(before)})`,
    act: async () => {
      if (leave()) return { stays: `${summary} stays ${shownSetting(setting)}` };
      if (next === undefined && written.length === 0) return { stays: `${summary} was not touched` };
      // A write may take several requests, the way of which leads through off.
      const ours = [setting, ...(next === undefined ? [] : [next, false])];
      const { left } = await work.restoreFlag({ ...place, ours, to: before }, `restore ${summary}: back to ${shownSetting(before)}`);
      if (left !== undefined) return { stays: `${summary} is ${left}: somebody else has set it` };
      for (const stage of status.get().stages) if (stage.environment === environment && stage.mark !== 'ahead') status.stage(stage.name, 'rolledBack');
      return {};
    },
  });

  return {
    environment,
    before,
    written: () => written,
    setting: () => setting,
    async set(to) {
      next = to;
      const write = async () => {
        setting = await work.setFlag({ ...place, from: setting, to }, `set ${summary}: ${shownSetting(setting)} → ${shownSetting(to)}`);
        if (written.at(-1) !== setting) written.push(setting);
      };
      const conflict = await insist(rollout, `setting ${summary} to ${shownSetting(to)}`, () => unlessConflict(write));
      next = undefined;
      return conflict;
    },
    adopt: () =>
      insist(rollout, `the look at ${summary}`, () =>
        unlessConflict(async () => {
          setting = await read();
        }),
      ),
  };
}

/** @returns why `act` could not be done, where that is because of what somebody else has set */
async function unlessConflict(act: () => Promise<void>): Promise<string | undefined> {
  try {
    await act();
    return undefined;
  } catch (failure) {
    const conflict = refusedAs('Conflict', failure);
    if (conflict === undefined) throw failure;
    return conflict;
  }
}
