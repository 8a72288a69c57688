import type { ProductionPlan, StepName } from '../../../domain/promotion/production/plan.ts';
import type { ProductionRequest } from '../../../domain/promotion/request.ts';
import type { Choice } from '../../../domain/people/decision.ts';
import { ask } from '../../people/asking.ts';
import type { Confirmations } from '../../people/confirmations.ts';
import { chatAudiences } from '../../release/calls.ts';
import type { Audience } from '../../release/reporting.ts';
import type { Session } from '../../release/session.ts';
import { Stop } from '../../release/stop.ts';
import type { Passage } from '../../stages/passage.ts';

/** What the steps of one production release share. */
export interface ProductionRelease extends Session<ProductionPlan> {
  readonly request: ProductionRequest;
  readonly confirmations: Confirmations;
  readonly passage: Pick<Passage, 'approvals' | 'leases' | 'pause' | 'objections'>;
}

/** Who follows it: its thread, and everybody in the channel where somebody has to do something. */
export function audiencesOf(session: Session<ProductionPlan>): readonly Audience[] {
  const { component, name, target, isPreview, rules: { chat: { progress } } } = session.plan;
  return chatAudiences(session, { progress, team: progress }, { subject: `${component} ${name}${isPreview ? ` to ${target.environment}` : ''}` });
}

/** Takes a step: it is shown to be under way, and what it has come to is told. */
export async function takeStep<T>({ status, reporter }: ProductionRelease, step: StepName, body: () => Promise<{ readonly told: string; readonly mark?: 'skipped' | 'failed'; readonly value: T }>): Promise<T> {
  status.stage(step, 'underWay');
  try {
    const { told, mark = 'done', value } = await body();
    status.stage(step, mark);
    reporter.tell({ name: step, line: `${step}: ${told}` });
    return value;
  } catch (failure) {
    if (failure instanceof Stop) status.stage(step, 'failed');
    throw failure;
  }
}

export interface Difficulty {
  readonly step: StepName;
  /** Tells it from others of the step, in chat. */
  readonly name: string;
  /** "the gate e2e of 2024.09.01" */
  readonly about: string;
  readonly why: string;
  /** The first is shown first. `abort` ends the release; all but `retry` need a reason. */
  readonly choices: readonly string[];
}

/** Asks people about what stands in the way of a step. */
export async function resolve(release: Pick<ProductionRelease, 'status' | 'reporter' | 'questions'>, { step, name, about, why, choices }: Difficulty): Promise<Choice> {
  const told = { name: `${step}-${name}`, line: `${step}: ${about}: ${why}; somebody has to decide: ${choices.join(', ')}` };
  const answer = await ask(release, { about, what: `a decision on ${about}: ${why}`, choices, reasoned: choices.filter((choice) => choice !== 'retry'), told });
  if (answer.choice === 'abort') throw new Stop({ kind: 'aborted', by: answer.by, reason: answer.reason ?? why });
  return answer;
}
