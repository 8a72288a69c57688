import { ActivityFailure, ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { allHandlersFinished, CancellationScope, condition } from '@temporalio/workflow';
import type { Outcome, StoppedOutcome } from '../../domain/outcome.ts';
import { toldOutcome } from '../../domain/outcome.ts';
import type { Remains } from '../../domain/release/remains.ts';
import { endedStages } from '../../domain/release/status.ts';
import type { ReleaseStatus } from '../../domain/release/status.ts';
import { isInterruption } from './race.ts';
import type { Reporter } from './reporting.ts';
import type { StatusKeeper } from './status.ts';
import { Stop } from './stop.ts';

/** Brings a release to its end, whichever it is: names what remains, tells people, and lets the handlers finish. */
export async function conclude<Done extends Outcome>(status: StatusKeeper, reporter: Reporter, body: () => Promise<Done>): Promise<Done | StoppedOutcome> {
  try {
    const outcome = await body().catch((failure: unknown) => stopped(failure, status));
    await CancellationScope.nonCancellable(() => close(outcome.kind, toldOutcome(outcome), 'undone' in outcome ? remaining(outcome) : []));
    return outcome;
  } catch (failure) {
    const cancelled = isInterruption(failure);
    const line = cancelled ? 'cancelled from the Temporal UI' : `failed: ${rootMessage(failure)}`;
    await CancellationScope.nonCancellable(() => close(cancelled ? 'cancelled' : 'failed', line, remaining(status.get())));
    throw cancelled ? new CancelledFailure(line) : failure;
  }

  async function close(ending: NonNullable<ReleaseStatus['ending']>, line: string, remains: readonly string[]): Promise<void> {
    status.enter('ended');
    status.change({ outcome: line, ending, stages: endedStages(status.get().stages) });
    reporter.tell({ name: 'end', line: [line, ...remains].join('; ') });
    await reporter.allTold();
    await condition(allHandlersFinished);
  }
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
