import { ActivityFailure, ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { allHandlersFinished, CancellationScope, condition, ContinueAsNew, workflowInfo } from '@temporalio/workflow';
import type { Outcome, StoppedOutcome } from '../../domain/outcome.ts';
import { toldOutcome } from '../../domain/outcome.ts';
import type { Remains } from '../../domain/release/remains.ts';
import type { ReleaseStatus } from '../../domain/release/status.ts';
import { isInterruption } from './race.ts';
import type { Reporter } from './reporting.ts';
import type { StatusKeeper } from './status.ts';
import { Stop } from './stop.ts';

/** Brings a release to its end, whichever it is: names what remains, tells people, and lets the handlers finish. */
export async function conclude<Done extends Outcome>(status: StatusKeeper, reporter: Reporter, body: () => Promise<Done>): Promise<Done | StoppedOutcome> {
  try {
    const outcome = await body().catch((failure: unknown) => stopped(failure, status));
    await CancellationScope.nonCancellable(() => close({ ending: outcome.kind, line: toldOutcome(outcome), remains: 'undone' in outcome ? remaining(outcome) : [] }));
    return outcome;
  } catch (failure) {
    // It goes on in another run.
    if (failure instanceof ContinueAsNew) throw failure;
    const cancelled = isInterruption(failure);
    const line = cancelled ? 'cancelled from the Temporal UI' : `failed: ${rootMessage(failure)}`;
    const urgent = !cancelled && !isToldAlready(failure);
    await CancellationScope.nonCancellable(() => close({ ending: cancelled ? 'cancelled' : 'failed', line, remains: remaining(status.get()), urgent }));
    throw cancelled ? new CancelledFailure(line) : failure;
  }

  async function close({ ending, line, remains, urgent = false }: Ending): Promise<void> {
    status.enter('ended');
    status.end({ outcome: line, ending });
    reporter.tell({ name: 'end', line: [line, ...remains].join('; '), ...(urgent && { urgent }) });
    await reporter.allTold();
    await condition(allHandlersFinished);
  }
}

interface Ending {
  readonly ending: NonNullable<ReleaseStatus['ending']>;
  readonly line: string;
  readonly remains: readonly string[];
  /** It is no outcome: somebody has to see to it. */
  readonly urgent?: boolean;
}

/** A Schedule's task that fails as the one before it did is no news. */
function isToldAlready(failure: unknown): boolean {
  const { lastFailure } = workflowInfo();
  return lastFailure !== undefined && rootMessage(lastFailure) === rootMessage(failure);
}

function stopped(failure: unknown, status: StatusKeeper): StoppedOutcome {
  if (!(failure instanceof Stop)) throw failure;
  const { undone, stays, owed } = status.get();
  return { ...failure.reason, undone, stays, owed };
}

function remaining({ undone, stays, owed }: Remains): string[] {
  return [...undone.map((what) => `taken back: ${what}`), ...stays, ...owed.map((what) => `still to do by hand: ${what}`)];
}

/** The message of what went wrong first: failures of activities wrap the one that tells. */
export function rootMessage(failure: unknown): string {
  let root = failure;
  while (root instanceof Error && root.cause instanceof Error) root = root.cause;
  return root instanceof Error ? root.message : String(root);
}

/** The message of an activity's failure of this type; undefined for any other failure. */
export function refusedAs(type: string, failure: unknown): string | undefined {
  const { cause } = failure instanceof ActivityFailure ? failure : {};
  return cause instanceof ApplicationFailure && cause.type === type ? cause.message : undefined;
}
