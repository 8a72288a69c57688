import type { StoppedOutcome } from '../../domain/outcome.ts';
import type { Remains } from '../../domain/release/remains.ts';

type Bare<T> = T extends unknown ? Omit<T, keyof Remains> : never;

/** Why a release does not go on. What remains of it is added when it has been cleaned up. */
export type StopReason = Bare<StoppedOutcome>;

/** Leaves the straight path from wherever it is, through every clean-up, to an outcome. Not a fault. */
export class Stop extends Error {
  readonly reason: StopReason;

  constructor(reason: StopReason) {
    super(reason.kind);
    this.name = 'Stop';
    this.reason = reason;
  }
}
