import type { Action } from '../world/faults.ts';

/** Thrown where a fault answers instead of the world; each API gives it its own shape. */
export class FaultReply extends Error {
  readonly action: Extract<Action, { kind: 'fail' | 'rateLimit' }>;

  constructor(action: Extract<Action, { kind: 'fail' | 'rateLimit' }>) {
    super(`planned fault: ${action.kind}`);
    this.action = action;
  }
}
