import { CancelledFailure } from '@temporalio/common';
import { CancellationScope, isCancellation, log } from '@temporalio/workflow';
import type { StatusKeeper } from './status.ts';

/** How something is taken back; answers what of it has to stay, if anything, or that there was nothing. */
export interface Undo {
  readonly what: string;
  readonly act: () => Promise<{ readonly stays?: string; readonly nothing?: true }>;
}

/**
 * Runs `body`; if it does not get to its end, for whatever reason, undoes what it registered, newest first. Register
 * before acting: a worker may die between the act and its reply. An undo that fails does not keep the others from
 * running, and is named as owed. What was registered before `keep` is never undone.
 */
export async function compensate<T>(status: StatusKeeper, body: (register: (undo: Undo) => void, keep: () => void) => Promise<T>): Promise<T> {
  const undos: Undo[] = [];
  try {
    const done = await body((undo) => undos.unshift(undo), () => undos.splice(0));
    // Asked to stop while the last step was in the air, which came to its end nevertheless.
    if (undos.length > 0) assertWanted();
    return done;
  } catch (reason) {
    if (undos.length > 0) status.enter('undoing');
    await CancellationScope.nonCancellable(async () => {
      for (const undo of undos) await takeBack(undo, status);
    });
    throw reason;
  }
}

/** @throws `CancelledFailure` when somebody has asked to stop, and nothing was in the air that could have been interrupted */
export function assertWanted(): void {
  if (CancellationScope.current().consideredCancelled) throw new CancelledFailure('stopped at the last moment');
}

async function takeBack({ what, act }: Undo, status: StatusKeeper): Promise<void> {
  try {
    const { stays, nothing } = await act();
    if (stays) status.stays(stays);
    else if (!nothing) status.noteUndone(what);
  } catch (failure) {
    if (isCancellation(failure)) throw failure;
    log.error('could not be taken back', { what, failure });
    status.owe(`take back ${what}`);
  }
}
