import { AsyncLocalStorage } from 'node:async_hooks';
import { CancelledFailure } from '@temporalio/common';
import { activityInfo, cancellationSignal, heartbeat } from '@temporalio/activity';
import { tryAgain } from './failures.ts';

interface Pulse {
  readonly startedAt: number;
  lastBeatAt: number;
  /** It once stood still for so long that the server may have given the work to another worker. */
  lost: boolean;
  /** How far it has come, for whoever looks at it in the Temporal UI. */
  progress?: object;
}

const pulses = new AsyncLocalStorage<Pulse>();

/** Heartbeats while `activity` runs, so that a dead worker is noticed soon and a cancellation arrives. */
export function beating<Args extends unknown[], Result>(activity: (...args: Args) => Promise<Result>): (...args: Args) => Promise<Result> {
  return async (...args) => {
    const pulse: Pulse = { startedAt: Date.now(), lastBeatAt: Date.now(), lost: false };
    const timer = setInterval(() => beat(pulse), (activityInfo().heartbeatTimeoutMs || 30_000) / 3);
    try {
      return await pulses.run(pulse, activity, ...args);
    } finally {
      clearInterval(timer);
    }
  };
}

/**
 * A worker that was frozen (SIGSTOP, a suspended machine) past its time must not write: another attempt has taken over.
 * Asked right before a write, because the write itself is never interrupted: its outcome would be lost.
 */
export function assertStillOurs(key: string): void {
  if (cancellationSignal().aborted) throw new CancelledFailure(`${key}: cancelled before it was written`);
  const pulse = pulses.getStore();
  if (!pulse) return;
  beat(pulse);
  if (pulse.lost) throw tryAgain('Unavailable', `${key}: this attempt came too late to write`);
}

/** @throws `CancelledFailure` when nobody wants the running activity's result any more */
export function assertWanted(): void {
  if (cancellationSignal().aborted) throw new CancelledFailure('cancelled');
}

/** Shows how far the running activity has come, with its next heartbeat. */
export function progressed(progress: object): void {
  const pulse = pulses.getStore();
  if (pulse) pulse.progress = progress;
}

function beat(pulse: Pulse): void {
  const { heartbeatTimeoutMs, startToCloseTimeoutMs } = activityInfo();
  const now = Date.now();
  // The server says 0 where no heartbeat timeout is set.
  pulse.lost ||= now - pulse.lastBeatAt > (heartbeatTimeoutMs || Infinity) || now - pulse.startedAt > startToCloseTimeoutMs;
  pulse.lastBeatAt = now;
  heartbeat(pulse.progress);
}
