import type { Choice } from '../../domain/people/decision.ts';
import { ask } from '../people/asking.ts';
import { Stop } from '../release/stop.ts';
import type { SchemaRelease } from './session.ts';

/**
 * Asks people before something is done that might be a mistake; to give up may always be chosen. Each answer has a reason.
 *
 * @param about what people have to know: a sentence
 * @throws `Stop` where the answer is to give up
 */
export async function doubt(release: SchemaRelease, about: string, ways: readonly string[]): Promise<Choice> {
  const choices = [...ways, 'giveUp'];
  const answer = await ask(release, { about: 'it', what: about, choices, told: { name: 'asked', line: `${about}: waits for somebody to decide (${choices.join(', ')})` } });
  if (answer.choice === 'giveUp') throw new Stop({ kind: 'aborted', by: answer.by, reason: answer.reason! });
  return answer;
}
