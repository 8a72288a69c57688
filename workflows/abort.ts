import { CancellationScope } from '@temporalio/workflow';
import type { Abortion } from '../domain/decision.ts';
import { abortion } from '../domain/decision.ts';
import { receive } from './inbox.ts';
import { isInterruption } from './interruption.ts';
import { abort } from './messages.ts';
import type { StatusKeeper } from './status.ts';
import { Stop } from './stop.ts';

/** Lets a person stop whatever runs inside it, at any moment. The UI's Cancel passes through as what it is. */
export function openAbort(status: StatusKeeper) {
  const scope = new CancellationScope();
  let asked: Abortion | undefined;

  receive(abort, status, {
    schema: abortion,
    example: { by: 'your-login', reason: 'why' },
    about: 'Stops the release, and takes back what is not merged yet',
    refusal: () => (asked ? `${asked.by} has aborted it already` : undefined),
    accept: (abortion) => {
      asked = abortion;
      status.decided({ message: 'abort', ...abortion });
      scope.cancel();
    },
  });

  return async function abortable<T>(body: () => Promise<T>): Promise<T> {
    try {
      return await scope.run(body);
    } catch (failure) {
      if (asked && isInterruption(failure)) throw new Stop({ kind: 'aborted', ...asked });
      throw failure;
    }
  };
}
