import { CancelledFailure } from '@temporalio/common';
import { allHandlersFinished, CancellationScope, condition } from '@temporalio/workflow';
import type { ReleaseOutcome } from '../domain/outcome.ts';
import { toldOutcome } from '../domain/outcome.ts';
import { isInterruption } from './interruption.ts';
import type { Reporter } from './reporting.ts';
import type { StatusKeeper } from './status.ts';
import { Stop } from './stop.ts';

/** Brings a release to its end, whichever it is: names what remains, tells people, and lets the handlers finish. */
export async function concluded(status: StatusKeeper, reporter: Reporter, body: () => Promise<ReleaseOutcome>): Promise<ReleaseOutcome> {
  try {
    const outcome = await body().catch((failure: unknown) => stopped(failure, status));
    await CancellationScope.nonCancellable(() => close(toldOutcome(outcome)));
    return outcome;
  } catch (failure) {
    const cancelled = isInterruption(failure);
    const line = cancelled ? 'cancelled from the Temporal UI' : `failed: ${rootMessage(failure)}`;
    await CancellationScope.nonCancellable(() => close(line));
    throw cancelled ? new CancelledFailure(line) : failure;
  }

  async function close(line: string): Promise<void> {
    const { undone, stays, owed } = status.get();
    const remains = [...undone.map((what) => `taken back: ${what}`), ...stays, ...owed.map((what) => `still to be done by hand: ${what}`)];
    status.enter('ended');
    status.change({ outcome: line });
    reporter.tell({ name: 'end', line: [line, ...remains].join('; ') });
    await reporter.allTold();
    await condition(allHandlersFinished);
  }
}

function stopped(failure: unknown, status: StatusKeeper): ReleaseOutcome {
  if (!(failure instanceof Stop)) throw failure;
  const { undone, stays, owed } = status.get();
  return { ...failure.reason, undone, stays, owed };
}

/** The message of what went wrong first: failures of activities wrap the one that tells. */
function rootMessage(failure: unknown): string {
  let root = failure;
  while (root instanceof Error && root.cause instanceof Error) root = root.cause;
  return root instanceof Error ? root.message : String(root);
}
