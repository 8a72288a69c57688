import { condition } from '@temporalio/workflow';
import { yourLogin } from '../../domain/people/person.ts';
import type { Choice } from '../../domain/people/decision.ts';
import { choice as choiceSchema } from '../../domain/people/decision.ts';
import { unknownName } from '../../domain/text/nearest-name.ts';
import { receive } from '../release/inbox.ts';
import type { StatusKeeper } from '../release/status.ts';
import { decide } from './messages.ts';

/** What a release asks people, when it can't tell by itself how to go on. */
export interface Question {
  /** What it is about: "the red pipeline of #7". */
  readonly about: string;
  /** What may be answered; the first is the one that is shown ready to send. */
  readonly choices: readonly string[];
  /** Why an answer with one of these choices can't be accepted, for example for want of a reason. */
  refusal?(answer: Choice): string | undefined;
  /** The same, where that has to be looked up first, in seconds. Never fails. */
  judge?(answer: Choice): Promise<string | undefined> | undefined;
}

interface Open {
  readonly question: Question;
  answer?: Choice;
}

export type Questions = ReturnType<typeof openQuestions>;

/** Receives `decide`. One question is asked at a time; an answer to none is refused. */
export function openQuestions(status: StatusKeeper) {
  /** What stays open while the release goes on looking for another way out. */
  let standing: Open | undefined;
  /** What is waited for, one after the other, and before the one that stands. */
  const inTurn: Open[] = [];
  const asked = (): Open | undefined => {
    const open = inTurn[0] ?? standing;
    return open?.answer ? undefined : open;
  };

  receive(decide, status, {
    schema: choiceSchema,
    example: { choice: 'retry', by: yourLogin, reason: 'why' },
    about: 'Answers what the release asks',
    refusal(given) {
      const open = asked();
      if (!open) return 'nothing is to be decided now';
      const { choices, refusal } = open.question;
      return choices.includes(given.choice) ? refusal?.(given) : unknownName('choice', given.choice, choices);
    },
    accept(given) {
      const open = asked()!;
      const late = open.question.judge?.(given);
      if (!late) return take(open, given);
      return late.then((why) => why ?? (asked() === open ? take(open, given) : 'it was decided otherwise meanwhile'));
    },
  });

  function take(open: Open, given: Choice): undefined {
    const { choice, by, stage, reason } = given;
    open.answer = given;
    status.record({ message: `decide ${choice}`, by, ...(stage && { stage }), ...(reason && { reason }) });
  }

  return {
    /** Opens the question that stands; the one before it is answered or moot. */
    ask(question: Question): void {
      standing = { question };
    },
    /** Nothing stands any more. */
    withdraw(): void {
      standing = undefined;
    },
    /** The answer to the one that stands, once there is one. */
    answer: () => standing?.answer,
    /** Whether something is waited for. */
    isAsking: () => inTurn.length > 0 && asked() !== undefined,
    /** Answers what is asked, by another message than `decide`. */
    reply(given: Choice): void {
      asked()!.answer = given;
    },
    /** Asks when those before have been answered, and waits for the answer. @param show shows the question while it is the one that is asked */
    async pose(question: Question, show: (waits: () => Promise<void>) => Promise<void> = (waits) => waits()): Promise<Choice> {
      const open: Open = { question };
      inTurn.push(open);
      try {
        if (inTurn[0] !== open) await condition(() => inTurn[0] === open);
        await show(() => condition(() => open.answer !== undefined));
        return open.answer!;
      } finally {
        inTurn.splice(inTurn.indexOf(open), 1);
      }
    },
  };
}
