import type { Turn } from '../../activities/component/pipelines.ts';
import { shortSha } from '../../domain/code/commit.ts';
import { toldFailures } from '../../domain/code/pipeline.ts';
import type { Draft } from '../component/version-pull-request.ts';
import { askedAbout } from './red-pipeline.ts';
import type { Release } from '../component/release.ts';

/** Has the base branch's merge queue merge it, at exactly the head that was green. */
export async function enqueued({ status, work }: Release, draft: Draft, { time = 1 }: { readonly time?: number } = {}): Promise<Draft> {
  const { number, head: sha } = draft.pull;
  const { repository, branch } = draft.plan.downstream;
  const { known: _, ...rest } = draft;
  status.enter('merging', { waitingFor: { what: `#${number} in the merge queue of ${branch}` }, next: `the forge merges #${number}` });
  const result = await work.enqueuePullRequest({ repository, number, sha }, `enqueue #${number}`);
  if (result.kind === 'moved') return rest;
  const { lastRemoval } = result;
  return { ...rest, known: { kind: 'queued', time, ...(lastRemoval && { lastRemoval }) } };
}

/** As a person has decided. */
export async function triedAgain(release: Release, draft: Draft): Promise<Draft> {
  release.questions.withdraw();
  return enqueued(release, draft, { time: 2 });
}

/** What the checks of a queue's trial threw out is tried once more; after that, or for any other reason, people decide. */
export async function ejected(release: Release, draft: Draft, { reason, byChecks, failed }: Extract<Turn, { kind: 'ejected' }>): Promise<Draft> {
  const { reporter } = release;
  const { number, head } = draft.pull;
  const { branch } = draft.plan.downstream;
  const isFirst = draft.known?.kind === 'queued' && draft.known.time === 1;
  if (byChecks && isFirst) return enqueued(release, draft, { time: 2 });
  const why = failed.length > 0 ? `${reason}: ${toldFailures(failed)}` : reason;
  if (draft.told !== head) reporter.tell({ name: `ejected-${shortSha(head)}`, line: `the merge queue of ${branch} has thrown #${number} out: ${why}`, urgent: true });
  return askedAbout(release, { ...draft, told: head, known: { kind: 'ejected' } }, `#${number}, which the merge queue of ${branch} has thrown out (${reason})`);
}
