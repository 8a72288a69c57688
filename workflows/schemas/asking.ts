import type { Choice } from '../../domain/people/decision.ts';
import { yourLogin } from '../../domain/people/person.ts';
import { Stop } from '../release/stop.ts';
import type { SchemaRelease } from './session.ts';

export interface Asking {
  /** What people have to know: a sentence. */
  readonly about: string;
  /** How it may go on; to give up may always be chosen. */
  readonly choices: readonly string[];
}

/**
 * Asks people before something is done that might be a mistake. Each answer has a reason.
 * @throws `Stop` where the answer is to give up
 */
export async function ask({ status, questions, deciders, reporter }: SchemaRelease, { about, choices: ways }: Asking): Promise<Choice> {
  const choices = [...ways, 'giveUp'];
  const whom = deciders ?? ['somebody'];
  const waitingFor = { what: about, whom, send: choices.map((choice) => ({ message: 'decide', payload: { choice, by: yourLogin, reason: 'why' } })) };
  const question = {
    about,
    choices,
    refusal({ by, reason }: Choice) {
      if (deciders && !deciders.includes(by)) return `only ${deciders.join(', ')} may decide on it`;
      return reason === undefined ? 'say why with "reason"' : undefined;
    },
  };
  const answer = await questions.pose(question, (answered) =>
    status.meanwhile('deciding', waitingFor, () => {
      reporter.tell({ name: 'asked', line: `${about}: waits for somebody to decide (${choices.join(', ')})`, urgent: true, wanted: { whom: deciders ?? [], send: waitingFor.send } });
      return answered();
    }),
  );
  if (answer.choice === 'giveUp') throw new Stop({ kind: 'aborted', by: answer.by, reason: answer.reason! });
  return answer;
}
