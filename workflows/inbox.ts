import {
  ApplicationFailure,
  setDefaultSignalHandler,
  setDefaultUpdateHandler,
  setHandler,
} from '@temporalio/workflow';
import type { z } from 'zod';
import { parseInput } from '../domain/input.ts';
import { unknownName } from '../domain/nearest-name.ts';
import type { Message } from './messages.ts';
import type { StatusKeeper } from './status.ts';

export interface Handling<Payload> {
  readonly schema: z.ZodObject & z.ZodType<Payload>;
  readonly example: Payload & object;
  /** What it is for, in a few words. */
  readonly about: string;
  /** Why this message can't be accepted now; undefined if it can. Must not change anything. */
  refusal(payload: Payload): string | undefined;
  /** Answers later, in seconds, where something has to be looked at first: why it can't be accepted after all. Must not fail. */
  accept(payload: Payload): void | Promise<string | undefined>;
}

/** Where it is recorded what was not accepted. */
export type Refusals = Pick<StatusKeeper, 'refused'>;

/**
 * Receives one message, as a Signal and as an Update. A Signal handler must never throw (a plain Error would wedge the
 * workflow, an ApplicationFailure would end the release): what it can't accept is recorded.
 */
export function receive<Payload>(message: Message<Payload>, status: Refusals, handling: Handling<Payload>): void {
  const { schema, example, about, refusal, accept } = handling;
  const description = `${about}. For example ${JSON.stringify(example)}`;

  function check(input: unknown): { payload: Payload } | { why: string } {
    const parsed = parseInput(schema, input, example);
    if (parsed.kind === 'invalid') return { why: parsed.message };
    const why = refusal(parsed.value);
    return why === undefined ? { payload: parsed.value } : { why };
  }

  function orRefuse(input: unknown): Payload {
    const checked = check(input);
    if ('payload' in checked) return checked.payload;
    throw ApplicationFailure.nonRetryable(checked.why, 'Refused');
  }

  /** The validator has passed, so that the history shows that it came: what becomes of it is shown, too. */
  function answered(why: string | undefined): string {
    if (why === undefined) return 'accepted';
    status.refused(message.name, why);
    throw ApplicationFailure.nonRetryable(why, 'Refused');
  }

  setHandler(
    message.signal,
    (input) => {
      const checked = check(input);
      if (!('payload' in checked)) return status.refused(message.name, checked.why);
      return accept(checked.payload)?.then((why) => {
        if (why !== undefined) status.refused(message.name, why);
      });
    },
    { description },
  );
  setHandler(
    message.update,
    (input) => {
      const late = accept(orRefuse(input));
      return late ? late.then(answered) : 'accepted';
    },
    { description, validator: (input) => void orRefuse(input) },
  );
}

/** Messages of an unknown name: a Signal is recorded, an Update answered. Without this a mistyped Signal would vanish. */
export function receiveUnknown(known: readonly string[], status: Refusals): void {
  setDefaultSignalHandler((name) => status.refused(name, unknownName('message', name, known)));
  setDefaultUpdateHandler((name) => {
    throw ApplicationFailure.nonRetryable(unknownName('message', name, known), 'Refused');
  });
}
