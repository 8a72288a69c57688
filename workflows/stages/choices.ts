import type { Choice } from '../../domain/people/decision.ts';
import { yourLogin } from '../../domain/people/person.ts';
import type { Sendable } from '../../domain/release/status.ts';
import type { Stage } from '../../domain/stages/rules.ts';

/** What to send to decide on a stage. */
export function choosing(choices: readonly string[], stage: string): readonly Sendable[] {
  return choices.map((choice) => ({ message: 'decide', payload: { choice, stage, by: yourLogin, reason: 'why' } }));
}

/** Why a decision on a stage can't be accepted; undefined if it can. */
export function unfitForStage({ choice, stage, reason }: Choice, { name }: Stage): string | undefined {
  if (stage !== undefined && stage !== name) return `the decision is for stage "${stage}", but to be decided is "${name}"`;
  return choice === 'skip' && reason === undefined ? 'skipping a stage needs a "reason"' : undefined;
}
