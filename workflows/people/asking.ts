import type { Choice } from '../../domain/people/decision.ts';
import { isSamePerson, yourLogin } from '../../domain/people/person.ts';
import type { Sendable } from '../../domain/release/status.ts';
import type { Transition } from '../release/reporting.ts';
import type { Session } from '../release/session.ts';

/** Whoever can ask people, and tell them so. */
export type Asking = Pick<Session, 'status' | 'questions'> & Partial<Pick<Session, 'reporter' | 'deciders'>>;

/** Something that a release can't decide by itself. */
export interface Dilemma {
  /** "the merge of #7" */
  readonly about: string;
  /** How it may go on; the first is shown first. */
  readonly choices: readonly string[];
  /** The choices that need a reason; all of them, if not given. */
  readonly reasoned?: readonly string[];
  /** What it waits for; a decision on it, if not given. */
  readonly what?: string;
  /** What would do as well as a decision. */
  readonly also?: readonly Sendable[];
  /** `held`: somebody has to do something about it, too. */
  readonly state?: 'held';
  /** How people hear of it, where they have not yet. */
  readonly told?: Pick<Transition, 'name' | 'line'>;
}

/** Tells and shows what is to be decided, once its turn has come, and waits until one of those who may has decided it. */
export function ask({ status, reporter, questions, deciders }: Asking, { about, choices, reasoned = choices, what = `a decision on ${about}`, also = [], state, told }: Dilemma): Promise<Choice> {
  const send = [...choices.map((choice) => ({ message: 'decide', payload: { choice, by: yourLogin, ...(reasoned.includes(choice) && { reason: 'why' }) } })), ...also];
  const question = {
    about,
    choices,
    refusal({ choice, by, reason }: Choice) {
      if (deciders && !deciders.some((decider) => isSamePerson(decider, by))) return `only ${deciders.join(', ')} may decide on ${about}`;
      return reason === undefined && reasoned.includes(choice) ? `${choice} needs a "reason"` : undefined;
    },
  };
  return questions.pose(question, (answered) =>
    status.meanwhile(state ?? 'deciding', { what: what.replace(/\.$/, ''), whom: deciders ?? ['somebody'], send }, () => {
      if (told) reporter?.tell({ ...told, urgent: true, wanted: { whom: deciders ?? [], send } });
      return answered();
    }),
  );
}
