import type { Agreed } from '../../domain/release/agreed.ts';
import { openQuestions } from '../people/questions.ts';
import type { Questions } from '../people/questions.ts';
import { releaseRecords } from './records.ts';
import { ownersOf, startReporting } from './reporting.ts';
import type { Audience, Reporter } from './reporting.ts';
import { keepStatus } from './status.ts';
import type { StatusKeeper } from './status.ts';
import { tellOfOutages } from './heard/outages.ts';
import { openWake } from './wake.ts';
import type { Wakes } from './wake.ts';
import { workAt } from './work.ts';
import type { Work } from './work.ts';

/** What the steps of any release share. */
export interface Session<Plan extends Agreed = Agreed> {
  readonly plan: Plan;
  readonly status: StatusKeeper;
  readonly work: Work;
  readonly reporter: Reporter;
  readonly wakes: Wakes;
  readonly questions: Questions;
  /** Who may decide what the release asks; anybody, if nobody is named. */
  readonly deciders?: readonly string[] | undefined;
}

/** What any release can be told, and can tell, from its first moment on: open it before the first `await`. */
export function openSession(component: string, { isQuiet = false }: { /** Whoever began it watches it: nobody else hears of it. */ readonly isQuiet?: boolean | undefined } = {}) {
  const status = keepStatus(component);
  const wakes = openWake();
  const questions = openQuestions(status);
  const reporter = startReporting(status, isQuiet ? [] : [ownersOf(component)]);
  tellOfOutages(status, reporter);
  return {
    status,
    wakes,
    questions,
    reporter,
    /** From now on it is agreed what the release does: its work has a pace, and these people, and the records, hear of it. */
    begin<Plan extends Agreed>(plan: Plan, audiences: (session: Session<Plan>) => readonly Audience[], { deciders }: Pick<Session, 'deciders'> = {}): Session<Plan> {
      const work = workAt(plan.pace);
      const session = { plan, status, work, reporter, wakes, questions, deciders };
      status.agree(plan);
      reporter.begin(...audiences(session), releaseRecords(work, status));
      return session;
    },
  };
}
