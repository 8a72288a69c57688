import type { ChangeStep } from '../../domain/changes/life.ts';
import { shortSha } from '../../domain/code/commit.ts';
import type { FailedCheck } from '../../domain/code/pipeline.ts';
import { checkLabel, toldFailures } from '../../domain/code/pipeline.ts';
import type { Wanted } from '../../domain/people/call.ts';
import { yourLogin } from '../../domain/people/person.ts';
import { ourselves } from '../../domain/release/record.ts';
import type { Sendable, Waiting } from '../../domain/release/status.ts';
import { spoken } from '../../domain/text/spoken.ts';
import { goWithout } from '../people/obligations.ts';
import type { Changing, OpenChange } from './change.ts';

/** What failed is run again, once: only what fails twice is anybody's fault. Undefined where the forge has nothing to run again. */
export async function rerun<D extends OpenChange>({ work, change, status, reporter }: Changing, draft: D): Promise<D | undefined> {
  const { number, head: sha } = draft.pull;
  const attempt = draft.attempt + 1;
  const what = `run again what failed of #${number}`;
  const started = await goWithout({ status, reporter }, what, () => work.rerunFailed({ repository: change.repository, sha, attempt }, `${what}, attempt ${attempt}`));
  if (started !== 'rerun') return undefined;
  const { known: _, ...rest } = draft;
  return { ...(rest as D), attempt };
}

/** Tells people of a pipeline that does not report, or does not end. The release goes on looking: whoever makes it do so has answered. */
export function tellSilence<D extends OpenChange>({ status, reporter, change }: Changing, draft: D, { missing, running }: Extract<ChangeStep, { do: 'tell' }>): D {
  const { team, patience } = change;
  const { number, head } = draft.pull;
  const runs = running.length > 0;
  const names = [...running, ...missing].join(', ') || 'a first check';
  const what = `${names} of #${number} (nothing ${runs ? 'changed' : 'reported'} within ${spoken(patience)})`;
  const hint = runs ? 'what does not matter for the merge can be named in pin.ignoredChecks' : 'does CI run for it?';
  reporter.tell({ name: `unreported-${shortSha(head)}`, line: `waits for ${what}: ${hint}`, ...(!runs && { urgent: true }) });
  status.enter('pipeline', { waitingFor: { what, whom: [team] }, next: 'merge when green' });
  return { ...draft, known: { kind: 'unreported' } };
}

/** Green after it was red: a flake, which is recorded and told. */
export function tellFlake({ status, questions, reporter }: Changing, { pull, attempt, known, failed }: OpenChange): void {
  questions.withdraw();
  // Anything else that is known came after a green pipeline: the flake has been told.
  const wasRed = known === undefined || known.kind === 'regression' || known.kind === 'brokenBase';
  if (attempt === 1 || !wasRed) return;
  const { number, head } = pull;
  status.record({ message: 'flake', by: ourselves, reason: `the pipeline of #${number} passed at ${shortSha(head)} in attempt ${attempt}` });
  reporter.tell({ name: `flake-${shortSha(head)}`, line: `a flake: the failed jobs of #${number} passed when they were run again`, flake: failed ?? [] });
}

/** Finds out why a pipeline stays red: its base is broken, which is waited out, or it is for people to decide. */
export async function diagnose<D extends OpenChange>(changing: Changing, draft: D, failed: readonly FailedCheck[]): Promise<D> {
  const { work, status, reporter, change: { repository, into } } = changing;
  const { number, head, carries = head } = draft.pull;
  const names = failed.map(({ name }) => name);
  const labels = failed.map(checkLabel);
  const base = await work.base({ repository, branch: into, failed: labels }, `look at ${into}`);
  const tell = (line: string, wanted?: Wanted) => draft.told !== head && reporter.tell({ name: `red-${shortSha(head)}`, line, urgent: true, ...(wanted && { wanted }) });
  if (base === 'broken') {
    tell(`the pipeline of #${number} is red, as ${into} is: ${toldFailures(failed)}`);
    status.enter('pipeline', { waitingFor: { what: `${into} of ${repository} to be green again (${names.join(', ')})` }, next: `close #${number}, and open a new one` });
    return { ...draft, told: head, known: { kind: 'brokenBase', failed: labels } };
  }
  tell(`the pipeline of #${number} is red at ${carries.slice(0, 12)}: ${toldFailures(failed)}`, decision(changing));
  return ask(changing, { ...draft, told: head, known: { kind: 'regression' } }, `the red pipeline of #${number} (${names.join(', ')})`);
}

/** What a queue has thrown out, for a reason that trying again does not mend. */
export function askOfEjection<D extends OpenChange>(changing: Changing, draft: D, { reason, failed }: Extract<ChangeStep, { do: 'ask' }>): D {
  const { reporter, change: { into } } = changing;
  const { number, head } = draft.pull;
  const why = failed.length > 0 ? `${reason}: ${toldFailures(failed)}` : reason;
  if (draft.told !== head) reporter.tell({ name: `ejected-${shortSha(head)}`, line: `the merge queue of ${into} has thrown #${number} out: ${why}`, urgent: true, wanted: decision(changing) });
  return ask(changing, { ...draft, told: head, known: { kind: 'ejected' } }, `#${number}, which the merge queue of ${into} has thrown out (${reason})`);
}

/** What the team is told to type. */
export function decision({ answers }: Pick<Changing, 'answers'>): Wanted {
  return { whom: [], send: ready(answers) };
}

function ready({ choices }: Changing['answers']): readonly Sendable[] {
  return [{ message: 'decide', payload: { choice: choices[0], by: yourLogin } }];
}

/** What is green, and the forge won't merge. It is tried again by itself: whoever does something about it has answered. */
export function askOfRefusal<D extends OpenChange>(changing: Changing, draft: D, { obstacle }: Extract<ChangeStep, { do: 'hold' }>): D {
  const { number } = draft.pull;
  const { reason } = obstacle;
  const isKnown = draft.known?.kind === 'refused' && draft.known.reason === reason;
  if (!isKnown) changing.reporter.tell({ name: 'unmerged', line: `#${number} is green and can't be merged: ${reason}. It is tried again`, urgent: true, wanted: decision(changing) });
  return ask(changing, { ...draft, known: obstacle }, `#${number}, which the forge won't merge`, { what: `the merge of #${number}: ${reason}` });
}

interface Display {
  /** What is waited for, where it isn't just the decision. */
  readonly what?: string;
  /** What is shown ready to send. */
  readonly send?: Waiting['send'];
}

/** Asks what to do. Meanwhile the release goes on looking: the pipeline may be made green by hand. */
export function ask<D extends OpenChange>({ status, questions, change, answers }: Changing, draft: D, about: string, { what = `a decision on ${about}`, send }: Display = {}): D {
  questions.ask({ about, ...answers });
  status.enter('pipeline', { waitingFor: { what, whom: [change.team], send: send ?? ready(answers) }, next: `one of ${answers.choices.join(', ')}` });
  return { ...draft, asked: about };
}
