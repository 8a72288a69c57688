import type { z } from 'zod';
import { yourLogin } from '../../domain/people/person.ts';
import type { Abortion } from '../../domain/people/decision.ts';
import { abortion } from '../../domain/people/decision.ts';
import { receive } from '../release/inbox.ts';
import { abort } from './messages.ts';
import { callable, isInterruption } from '../release/race.ts';
import type { StatusKeeper } from '../release/status.ts';
import { Stop } from '../release/stop.ts';

export interface AbortRule {
  readonly schema: z.ZodObject & z.ZodType<Abortion>;
  /** What it is for, in a few words. */
  readonly about: string;
  /** Who may not. */
  readonly refusal?: (abortion: Abortion) => string | undefined;
  readonly accept?: (abortion: Abortion) => void;
}

const releaseRule: AbortRule = { schema: abortion, about: 'Stops the release, and takes back what is not merged yet' };

/** Lets a person stop whatever runs inside it, at any moment. The UI's Cancel passes through as what it is. */
export function openAbort(status: StatusKeeper, { schema, about, refusal, accept }: AbortRule = releaseRule) {
  const stoppable = callable();
  let asked: Abortion | undefined;
  let over = false;

  receive(abort, status, {
    schema,
    example: { by: yourLogin, reason: 'why' },
    about,
    refusal(abortion) {
      if (asked) return `${asked.by} has aborted it already`;
      return over ? 'it has come to its end already' : refusal?.(abortion);
    },
    accept: (abortion) => {
      asked = abortion;
      accept?.(abortion);
      status.record({ message: 'abort', by: abortion.by, reason: abortion.reason });
      stoppable.callOff();
    },
  });

  return async function abortable<T>(body: () => Promise<T>): Promise<T> {
    try {
      const done = await stoppable.run(body);
      // Whoever was told that it is accepted may rely on it, even if all that was left to do could not be interrupted.
      if (asked) throw new Stop({ kind: 'aborted', by: asked.by, reason: asked.reason });
      return done!.value;
    } catch (failure) {
      if (asked && (isInterruption(failure) || failure instanceof Stop)) throw new Stop({ kind: 'aborted', by: asked.by, reason: asked.reason });
      throw failure;
    } finally {
      over = true;
    }
  };
}
