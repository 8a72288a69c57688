import type { SignalDefinition, UpdateDefinition } from '@temporalio/common';
import { ApplicationFailure, setDefaultSignalHandler, setDefaultUpdateHandler, setHandler } from '@temporalio/workflow';
import type { z } from 'zod';
import { parseInput } from '../../domain/text/input.ts';
import { unknownName } from '../../domain/text/nearest-name.ts';
import type { Message } from './messages.ts';
import type { StatusKeeper } from './status.ts';

/** A message, as whoever sends it must know it. The UI lists every one of them, so that anything may come. */
interface Shape<Payload> {
  readonly schema: z.ZodType<Payload>;
  readonly example: Payload & object;
  /** What it is for, in a few words. */
  readonly about: string;
}

export interface Handling<Payload> extends Shape<Payload> {
  readonly schema: z.ZodObject & z.ZodType<Payload>;
  /** Why this message can't be accepted now; undefined if it can. Must not change anything. */
  refusal(payload: Payload): string | undefined;
  /** Answers later, in seconds, where something has to be looked at first: why it can't be accepted after all. Must not fail. */
  accept(payload: Payload): void | Promise<string | undefined>;
}

/** Where it is recorded what was not accepted. */
export type Refusals = Pick<StatusKeeper, 'refuse'>;

/**
 * Receives one message, as a Signal and as an Update. A Signal handler must never throw (a plain Error would wedge the
 * workflow, an ApplicationFailure would end the release): what it can't accept is recorded.
 */
export function receive<Payload>(message: Message<Payload>, status: Refusals, handling: Handling<Payload>): void {
  const { refusal, accept } = handling;
  const description = described(handling);

  function check(input: unknown): Read<Payload> {
    const checked = read(handling, input);
    const why = 'payload' in checked ? refusal(checked.payload) : checked.why;
    return why === undefined ? checked : { why };
  }

  /** The validator has passed, so that the history shows that it came: what becomes of it is shown, too. */
  function answered(why: string | undefined): string {
    if (why === undefined) return 'accepted';
    status.refuse(message.name, why);
    throw refused(why);
  }

  setHandler(
    message.signal,
    (input) => {
      const checked = check(input);
      if (!('payload' in checked)) return status.refuse(message.name, checked.why);
      return accept(checked.payload)?.then((why) => {
        if (why !== undefined) status.refuse(message.name, why);
      });
    },
    { description },
  );
  setHandler(
    message.update,
    (input) => {
      const late = accept(orRefuse(check(input)));
      return late ? late.then(answered) : 'accepted';
    },
    { description, validator: (input) => void orRefuse(check(input)) },
  );
}

/** Hears what another workflow, or an activity, says by a Signal. */
export function hear<Payload>(signal: SignalDefinition<[Payload]>, status: Refusals, told: Shape<Payload> & { accept(payload: Payload): void }): void {
  setHandler(
    signal,
    (input) => {
      const checked = read(told, input);
      if ('payload' in checked) told.accept(checked.payload);
      else status.refuse(signal.name, checked.why);
    },
    { description: described(told) },
  );
}

/** Answers what an activity asks by an Update. */
export function answer<Payload, Answer>(update: UpdateDefinition<Answer, [Payload]>, asked: Shape<Payload> & { answer(payload: Payload): Answer | Promise<Answer> }): void {
  setHandler(update, (input) => asked.answer(orRefuse(read(asked, input))), {
    description: described(asked),
    validator: (input) => void orRefuse(read(asked, input)),
  });
}

type Read<Payload> = { readonly payload: Payload } | { readonly why: string };

function read<Payload>({ schema, example }: Shape<Payload>, input: unknown): Read<Payload> {
  const parsed = parseInput(schema, input, example);
  return parsed.kind === 'valid' ? { payload: parsed.value } : { why: parsed.message };
}

function orRefuse<Payload>(checked: Read<Payload>): Payload {
  if ('payload' in checked) return checked.payload;
  throw refused(checked.why);
}

function refused(why: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(why, 'Refused');
}

function described({ about, example }: Shape<unknown>): string {
  return `${about}. For example ${JSON.stringify(example)}`;
}

/** Messages of an unknown name: a Signal is recorded, an Update answered. Without this a mistyped Signal would vanish. */
export function receiveUnknown(known: readonly string[], status: Refusals): void {
  setDefaultSignalHandler((name) => status.refuse(name, unknownName('message', name, known)));
  setDefaultUpdateHandler((name) => {
    throw refused(unknownName('message', name, known));
  });
}
