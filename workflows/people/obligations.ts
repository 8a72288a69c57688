import { ActivityFailure } from '@temporalio/common';
import { CancellationScope, condition } from '@temporalio/workflow';
import { toldOutcome } from '../../domain/outcome.ts';
import { rootMessage } from '../release/conclusion.ts';
import { isInterruption } from '../release/race.ts';
import type { SchemaRelease } from '../schemas/session.ts';
import { Stop } from '../release/stop.ts';

export interface Onwards<T> {
  /** "the merge of #7" */
  readonly what: string;
  readonly act: () => Promise<T>;
  /** Waits until it has been done by hand. */
  readonly settled?: () => Promise<T>;
}

/**
 * Runs what can't be taken back any more. Whatever stands in its way is shown and stays an obligation that keeps the release open: it is
 * tried again when somebody says so, or is over when `settled` is.
 */
export async function onwards<T>(release: SchemaRelease, { what, act, settled }: Onwards<T>): Promise<T> {
  return CancellationScope.nonCancellable(async () => {
    for (;;) {
      try {
        return await act();
      } catch (failure) {
        if (!(failure instanceof Stop) && !(failure instanceof ActivityFailure)) throw failure;
        const why = failure instanceof Stop ? toldOutcome({ ...failure.reason, undone: [], stays: [], owed: [] }) : rootMessage(failure);
        obliged(release, what, why);
        const end = await awaited(release, what, settled);
        if (end) return end.value;
      }
    }
  });
}

function obliged({ plan, status, reporter }: SchemaRelease, what: string, why: string): void {
  const whom = plan.rules.releasers ?? ['somebody'];
  status.enter('held', { waitingFor: { what: `${what}: ${why}`, whom, send: [{ message: 'decide', payload: { choice: 'retry', by: whom[0]! } }] } });
  reporter.tell({ name: 'held', line: `${what} is still to be done: ${why}` });
}

/** Until somebody says that it is to be tried again, or it has been done by hand. */
async function awaited<T>({ questions, status }: SchemaRelease, what: string, settled: (() => Promise<T>) | undefined): Promise<{ readonly value: T } | undefined> {
  questions.ask({ about: what, choices: ['retry'] });
  const scope = new CancellationScope();
  let end: { readonly value: T } | undefined;
  if (settled) {
    scope
      .run(settled)
      .then((value) => (end = { value }))
      .catch((failure: unknown) => {
        if (isInterruption(failure)) return;
        if (!(failure instanceof ActivityFailure)) throw failure;
        status.change({ next: `${what} is not noticed when it is done by hand: ${rootMessage(failure)}` });
      });
  }
  await condition(() => end !== undefined || questions.answer() !== undefined);
  scope.cancel();
  questions.withdraw();
  return end;
}
