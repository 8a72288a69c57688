import type { Foreign } from '../../activities/component/pipelines.ts';
import { yourLogin } from '../../domain/people/person.ts';
import { shortSha } from '../../domain/code/commit.ts';
import type { Release } from './release.ts';
import { follow, versionChangeOf } from './version-pull-request.ts';
import type { Draft } from './version-pull-request.ts';

const choices = ['accept', 'close', 'abort'] as const;

/** Takes over the pull request of a run before, with what it carries. */
export async function adopt(release: Release, draft: Draft): Promise<Draft> {
  const { number } = draft.pull;
  const found = await release.work.adoptPullRequest({ change: versionChangeOf(draft), number }, `adopt #${number}`);
  return found.kind === 'edited' ? follow(release, draft, found) : askOfForeign(release, draft, found);
}

/** From now on it is what somebody has made of it, whose pipeline counts. */
export async function accept(release: Release, draft: Draft, { head, edit }: Foreign): Promise<Draft> {
  const { foreign: _, known: __, ...rest } = draft;
  const next: Draft = { ...rest, pull: { ...rest.pull, head }, attempt: 1 };
  return edit && edit.candidate !== draft.plan.candidate ? follow(release, next, edit) : next;
}

/**
 * Asks about what somebody has pushed besides a version: usual, where the product must follow it. Nobody has approved that, so that votes are void, and
 * nobody but a person takes it in: at the head that was seen.
 */
export function askOfForeign(release: Release, draft: Draft, foreign: Foreign): Draft {
  const { approvals, questions, reporter, status, change } = release;
  const { head, why, edit, isMerged } = foreign;
  const about = `${shortSha(head)}, which somebody has pushed to #${draft.pull.number}`;
  const open = choices.filter((choice) => (choice !== 'accept' || edit) && (choice !== 'abort' || !isMerged));
  approvals.void(`${why}: it was for what the pull request held before`);
  const send = open.map((choice) => ({ message: 'decide', payload: { choice, by: yourLogin, ...(choice === 'accept' && { sha: head }) } }));
  reporter.tell({ name: `foreign-${shortSha(head)}`, line: `${why}: somebody has to decide (${open.join(', ')})`, urgent: true, wanted: { whom: [], send } });
  questions.ask({ about, choices: open, refusal: ({ choice, sha }) => (choice === 'accept' && sha !== head ? `accept needs the sha of what is accepted: ${head}` : undefined) });
  status.enter('pipeline', {
    waitingFor: { what: `a decision on ${about}`, whom: [change.team], send },
    next: why,
  });
  return { ...draft, foreign, known: { kind: 'foreign', head }, asked: about };
}
