import { condition } from '@temporalio/workflow';
import type { Choice } from '../../domain/people/decision.ts';
import { choice as choiceSchema } from '../../domain/people/decision.ts';
import { unknownName } from '../../domain/text/nearest-name.ts';
import { receive } from '../release/inbox.ts';
import { decide } from './messages.ts';
import type { StatusKeeper } from '../release/status.ts';

/** What a release asks people, when it can't tell by itself how to go on. */
export interface Question {
  /** What it is about: "the red pipeline of #7". */
  readonly about: string;
  /** What may be answered; the first is the one that is shown ready to send. */
  readonly choices: readonly string[];
  /** Why an answer with one of these choices can't be accepted, for example for want of a reason. */
  refusal?(answer: Choice): string | undefined;
}

export type Questions = ReturnType<typeof openQuestions>;

/** Receives `decide`. There is one open question at a time; an answer to none is refused. */
export function openQuestions(status: StatusKeeper) {
  let open: Question | undefined;
  let answer: Choice | undefined;

  receive(decide, status, {
    schema: choiceSchema,
    example: { choice: 'retry', by: 'your-login', reason: 'why' },
    about: 'Answers what the release asks',
    refusal(given) {
      if (!open) return 'nothing is to be decided now';
      if (!open.choices.includes(given.choice)) return unknownName('choice', given.choice, open.choices);
      return open.refusal?.(given);
    },
    accept(given) {
      const { choice, by, stage, reason } = given;
      [answer, open] = [given, undefined];
      status.decided({ message: `decide ${choice}`, by, ...(stage && { stage }), ...(reason && { reason }) });
    },
  });

  return {
    /** Opens a question; the one before it is answered or moot. */
    ask(question: Question): void {
      [open, answer] = [question, undefined];
    },
    /** Nothing is to be decided any more. */
    withdraw(): void {
      [open, answer] = [undefined, undefined];
    },
    /** The answer, once there is one. */
    answer: () => answer,
    /** Asks, and waits for the answer. */
    async answered(question: Question): Promise<Choice> {
      [open, answer] = [question, undefined];
      await condition(() => answer !== undefined);
      return answer!;
    },
  };
}
