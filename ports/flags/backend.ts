import type { FlagSetting } from '../../domain/flags/setting.ts';

/**
 * The feature flags of one environment. Only percentages of actors and plain on and off are set; flags with other gates are left alone.
 *
 * Failures are ApplicationFailures: `Conflict`, `InvalidInput`, `PermissionDenied` and `Refused` are never retried; `RateLimited`
 * carries a delay; `Unavailable` means that the outcome of a write is unknown. Trying again is safe: what is
 * there already is not written again, but where a read may lag.
 */
export interface FlagBackend {
  /** How long a read may lag behind a write, in ms. */
  readonly lagMs: number;
  /** The flags whose names contain `match`, by name. */
  list(match: string): Promise<readonly FoundFlag[]>;
  read(flag: string): Promise<FlagReading>;
  /**
   * Writes `to`, if the flag still is what the caller takes it for.
   * @returns what the flag is now: `to`, or what the service makes of it (some keep 100 as true, and unset as false)
   * @throws `Conflict` when the flag is neither `from` nor `to`: somebody else has set it
   */
  set(change: FlagChange): Promise<FlagSetting>;
}

/** The flags of an environment, by Slipway's name of it. @throws `PermissionDenied` when the worker has no access to them */
export type FlagBackends = (environment: string) => FlagBackend;

export interface FoundFlag {
  readonly name: string;
  readonly reading: FlagReading;
}

export type FlagReading =
  | { readonly kind: 'plain'; readonly setting: FlagSetting }
  /** Set in a way that Slipway doesn't: for users, groups, projects, by time, by a fraction of a percent. */
  | { readonly kind: 'custom'; readonly gates: readonly string[] };

export interface FlagChange {
  readonly flag: string;
  readonly from: FlagSetting;
  readonly to: FlagSetting;
}
