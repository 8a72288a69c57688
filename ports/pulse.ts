import { AsyncLocalStorage } from 'node:async_hooks';
import { CancelledFailure } from '@temporalio/common';
import { encodeToPayloads } from '@temporalio/common/lib/internal-non-workflow/codec-helpers.js';
import { activityInfo, cancellationSignal, Context, heartbeat } from '@temporalio/activity';
import { tryAgain } from './failures.ts';

interface Pulse {
  /** When the server was last asked, and said that this attempt is still the current one. */
  confirmed: Moment | undefined;
  /** How far it has come, for whoever looks at it in the Temporal UI. */
  progress?: object;
}

/** By two clocks, of which one stands still while the machine is suspended, and the other may be set back. */
interface Moment {
  readonly wall: number;
  readonly steady: number;
}

const pulses = new AsyncLocalStorage<Pulse>();

/** An activity that heartbeats. Whoever calls it sees that, and may set a heartbeat timeout. */
export interface Beating<Args extends unknown[], Result> {
  (...args: Args): Promise<Result>;
  readonly beats: true;
}

/** Heartbeats while `activity` runs, so that a dead worker is noticed soon and a cancellation arrives. */
export function beating<Args extends unknown[], Result>(activity: (...args: Args) => Promise<Result>): Beating<Args, Result> {
  async function beaten(...args: Args): Promise<Result> {
    const pulse: Pulse = { confirmed: undefined };
    const timer = setInterval(() => heartbeat(pulse.progress), beatMs());
    try {
      return await pulses.run(pulse, activity, ...args);
    } finally {
      clearInterval(timer);
    }
  }
  return Object.assign(beaten, { beats: true } as const);
}

/** The server says 0 where no heartbeat timeout is set. */
function beatMs(): number {
  return (activityInfo().heartbeatTimeoutMs || 30_000) / 3;
}

/**
 * Adapters ask this right before they send a write: a worker that was frozen (SIGSTOP, a suspended machine) past its time must not,
 * because another attempt has taken over. It can't know by its own clock: what it was given while it was frozen begins when it is
 * thawed. So the server is asked; its answer holds for as long as it would wait for the next heartbeat anyway.
 *
 * Says nothing where no activity runs.
 * @param maxAgeMs how old the last answer may be, if not a heartbeat: 0 where a person may call the write off in the meantime
 * @throws `Unavailable` when the attempt is over, or nobody can be asked @throws `CancelledFailure` when nobody wants its result any more
 */
export async function assertStillOurs(write: string, { maxAgeMs }: { readonly maxAgeMs?: number } = {}): Promise<void> {
  const pulse = pulses.getStore();
  if (!pulse) return;
  // Whoever is frozen while he asks gets an answer that is old.
  for (let most = maxAgeMs ?? beatMs(); !cancellationSignal().aborted && ageMs(pulse.confirmed) > most; most = beatMs()) {
    const asked = moment();
    await confirm(pulse, write);
    pulse.confirmed = asked;
  }
  // A write itself is never interrupted: its outcome would be lost.
  if (cancellationSignal().aborted) throw new CancelledFailure(`${write}: cancelled before it was sent`);
}

function moment(): Moment {
  return { wall: Date.now(), steady: performance.now() };
}

function ageMs(then: Moment | undefined): number {
  const now = moment();
  return then ? Math.max(now.wall - then.wall, now.steady - then.steady) : Infinity;
}

/** By a heartbeat of our own: those of the SDK answer nobody. */
async function confirm({ progress }: Pulse, write: string): Promise<void> {
  const { client, info } = Context.current();
  const details = progress && { payloads: (await encodeToPayloads(client.options.loadedDataConverter, progress)) ?? [] };
  try {
    const { cancelRequested } = await client.workflowService.recordActivityTaskHeartbeat({ namespace: client.options.namespace, taskToken: info.taskToken, ...(details && { details }) });
    if (cancelRequested) throw new CancelledFailure(`${write}: cancelled before it was sent`);
  } catch (cause) {
    if (cause instanceof CancelledFailure) throw cause;
    // A cancellation interrupts whatever is asked of the server meanwhile.
    if (cancellationSignal().aborted) return;
    throw tryAgain('Unavailable', `${write}: not sent, the server does not hold this attempt for the current one: ${(cause as Error).message}`);
  }
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
