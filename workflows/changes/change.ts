import type { CarriedChange } from '../../domain/changes/change.ts';
import type { Life } from '../../domain/changes/life.ts';
import type { Sha } from '../../domain/code/commit.ts';
import type { FailedCheck } from '../../domain/code/pipeline.ts';
import type { Question } from '../people/questions.ts';
import type { Session } from '../release/session.ts';

/** What the steps of a pull request's life share, whatever it carries. */
export interface Changing extends Pick<Session, 'status' | 'work' | 'reporter' | 'questions'> {
  readonly change: CarriedChange;
  /** What people may decide about it; the first is shown ready to send. */
  readonly answers: Pick<Question, 'choices' | 'refusal' | 'judge'>;
}

/** A pull request as the release knows it. */
export interface OpenChange extends Life {
  readonly pull: { readonly number: number; readonly head: Sha; /** As people know what it carries: a commit, a version. */ readonly carries?: string };
  /** What failed in the first attempt. */
  readonly failed?: readonly FailedCheck[];
  /** The head whose red pipeline the team was told of. */
  readonly told?: Sha;
  /** What people were asked to decide on: "the red pipeline of #7". */
  readonly asked?: string;
}
