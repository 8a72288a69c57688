import type { Turn } from '../../activities/component/pipelines.ts';
import { shortSha } from '../../domain/code/commit.ts';
import type { Sha } from '../../domain/code/commit.ts';
import type { Choice } from '../../domain/people/decision.ts';
import { spoken } from '../../domain/text/duration.ts';
import type { FailedCheck } from '../../domain/code/pipeline.ts';
import { checkLabel, toldFailures } from '../../domain/code/pipeline.ts';
import { ourselves } from '../../domain/release/record.ts';
import { amended } from '../component/version-pull-request.ts';
import type { Draft } from '../component/version-pull-request.ts';
import { teamOf } from '../../domain/component/plan.ts';
import type { Release } from '../component/release.ts';
import { Stop } from '../release/stop.ts';

const choices = ['retry', 'close', 'waitForFix', 'useSha', 'abort'] as const;

/** Finds out why a pipeline is red. What failed is run again, once: only what fails twice is anybody's fault. */
export async function examined(release: Release, draft: Draft, failed: readonly FailedCheck[]): Promise<Draft> {
  const again = draft.attempt === 1 ? await rerun(release, { ...draft, failed }) : undefined;
  return again ?? diagnosed(release, draft, failed);
}

/** Tells people of a pipeline that does not report, or does not end. The release goes on looking: whoever makes it do so has answered. */
export function unreported({ status, reporter }: Release, draft: Draft, { missing, running = [] }: Pick<Extract<Turn, { kind: 'unreported' }>, 'missing' | 'running'>): Draft {
  const { pace } = draft.plan;
  const { number, head } = draft.pull;
  const runs = running.length > 0;
  const names = [...running, ...missing].join(', ') || 'a first check';
  const what = `${names} of #${number} (nothing ${runs ? 'changed' : 'reported'} within ${spoken(pace.patience)})`;
  const hint = runs ? 'what does not matter for the merge can be named in pin.ignoredChecks' : 'does CI run for it?';
  reporter.tell({ name: `unreported-${shortSha(head)}`, line: `waits for ${what}: ${hint}`, ...(!runs && { urgent: true }) });
  status.enter('pipeline', { waitingFor: { what, whom: [teamOf(draft.plan)] }, next: 'merge when green' });
  return { ...draft, known: { kind: 'unreported' } };
}

/** The next attempt of what failed; undefined where the forge has nothing to run again. */
async function rerun({ work }: Release, draft: Draft): Promise<Draft | undefined> {
  const { repository } = draft.plan.downstream;
  const { number, head: sha } = draft.pull;
  const attempt = draft.attempt + 1;
  const started = await work.rerunFailed({ repository, sha, attempt }, `run again what failed of #${number}, attempt ${attempt}`);
  const { known: _, waitsForFix: __, ...rest } = draft;
  return started === 'rerun' ? { ...rest, attempt } : undefined;
}

/** Green after it was red: a flake, which is recorded and told. */
export function passedAgain({ status, questions, reporter }: Release, draft: Draft): Draft {
  questions.withdraw();
  // Anything else that is known came after a green pipeline: the flake has been told.
  const wasRed = draft.known === undefined || draft.known.kind === 'regression' || draft.known.kind === 'brokenBase';
  if (draft.attempt === 1 || !wasRed) return draft;
  const { number, head } = draft.pull;
  status.decided({ message: 'flake', by: ourselves, reason: `the pipeline of #${number} passed at ${shortSha(head)} in attempt ${draft.attempt}` });
  reporter.tell({ name: `flake-${shortSha(head)}`, line: `a flake: the failed jobs of #${number} passed when they were run again`, flake: draft.failed ?? [] });
  return draft;
}

async function diagnosed(release: Release, draft: Draft, failed: readonly FailedCheck[]): Promise<Draft> {
  const { work, status, reporter } = release;
  const { repository, branch } = draft.plan.downstream;
  const { number, head } = draft.pull;
  const names = failed.map(({ name }) => name);
  const labels = failed.map(checkLabel);
  const base = await work.base({ repository, branch, failed: labels }, `look at ${branch}`);
  const tell = (line: string) => draft.told !== head && reporter.tell({ name: `red-${shortSha(head)}`, line, urgent: true });
  if (base === 'broken') {
    tell(`the pipeline of #${number} is red, as ${branch} is: ${toldFailures(failed)}`);
    status.enter('pipeline', { waitingFor: { what: `${branch} of ${repository} to be green again (${names.join(', ')})` }, next: `close #${number}, and open a new one` });
    return { ...draft, told: head, known: { kind: 'brokenBase', failed: labels } };
  }
  tell(`the pipeline of #${number} is red at ${shortSha(draft.plan.candidate)}: ${toldFailures(failed)}`);
  return askedAbout(release, { ...draft, told: head, known: { kind: 'regression' } }, `the red pipeline of #${number} (${names.join(', ')})`);
}

/** Asks about a version that a person has set, and that the mirror's checks don't allow. */
export function unfit(release: Release, draft: Draft, failed: readonly FailedCheck[]): Draft {
  const { mirror, candidate } = draft.plan;
  const { number, chosenBy } = draft.pull;
  release.reporter.tell({ name: `unfit-${shortSha(candidate)}`, line: `${shortSha(candidate)}, which ${chosenBy} has set in #${number}, is red on ${mirror}: ${toldFailures(failed)}`, urgent: true });
  return askedAbout(release, { ...draft, known: { kind: 'unfit' } }, `the version of #${number}, which is red on ${mirror}`);
}

interface Asking {
  /** What is waited for, where it isn't the decision. */
  readonly what?: string;
  /** A green commit, shown ready to be taken. */
  readonly newer?: Sha;
}

/** Asks what to do. Meanwhile the release goes on looking: the pipeline may be made green by hand. */
export function askedAbout({ status, questions }: Release, draft: Draft, about: string, { what, newer }: Asking = {}): Draft {
  const decision = `a decision on ${about}${newer ? `: ${shortSha(newer)} is newer, and green on the mirror` : ''}`;
  questions.ask({ about, choices, refusal: ({ choice, sha }) => (choice === 'useSha' && sha === undefined ? 'useSha needs the sha' : undefined) });
  const payload = { choice: newer ? 'useSha' : 'retry', by: 'your-login', ...(newer && { sha: newer }) };
  status.enter('pipeline', {
    waitingFor: { what: what ?? decision, whom: [teamOf(draft.plan)], send: [{ message: 'decide', payload }] },
    next: `one of ${choices.join(', ')}`,
  });
  return { ...draft, asked: about };
}

/** Does what a person has decided about a red pipeline. */
export async function answeredRed(release: Release, draft: Draft, { choice, by, reason, sha }: Choice): Promise<Draft> {
  const { number } = draft.pull;
  release.questions.withdraw();
  switch (choice as (typeof choices)[number]) {
    case 'retry':
      return (await rerun(release, draft)) ?? askedAbout(release, draft, `the pipeline of #${number}, which the forge can't run again`);
    case 'waitForFix':
      // None may ever come: the question stays open.
      return askedAbout(release, { ...draft, waitsForFix: true }, draft.asked!, { what: `a green commit that mends #${number}` });
    case 'useSha': {
      const next = await amended(release, draft, { sha: sha!, notBefore: [draft.plan.pinned] });
      return next === draft ? askedAbout(release, draft, draft.asked!) : next;
    }
    case 'close':
      throw new Stop({ kind: 'closed', by, ...(reason && { reason }) });
    case 'abort':
      throw new Stop({ kind: 'aborted', by, reason: reason ?? 'the pipeline is red' });
  }
}

/** Takes up a newer green commit: at once, or, while a red pipeline is a person's to decide on, as the catalog says. */
export async function offered(release: Release, draft: Draft, sha: Sha): Promise<Draft> {
  const { plan, known, waitsForFix, carried } = draft;
  const asks = (known?.kind === 'regression' || known?.kind === 'ejected') && plan.downstream.whenFixed === 'ask' && !waitsForFix;
  if (asks) return askedAbout(release, draft, draft.asked!, { newer: sha });
  return amended(release, draft, { sha, notBefore: carried });
}
