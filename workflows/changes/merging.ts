import type { Merge } from '../../activities/changes/merging.ts';
import type { MergeAnswer, Obstacle, ChangeStep } from '../../domain/changes/life.ts';
import { goWithout } from '../people/obligations.ts';
import type { Changing, OpenChange } from './change.ts';

type Pull = OpenChange['pull'];

/** Merges at exactly the head that is known, and tells of it. */
export async function merge({ status, work, reporter, change }: Omit<Changing, 'questions' | 'answers'>, { number, head: sha }: Pull, more: Pick<Merge, 'brings' | 'carries'> = {}): Promise<MergeAnswer> {
  const { repository, branch: head, into, method } = change;
  status.enter('merging', { next: `merge #${number}` });
  const answer = await work.mergePullRequest({ repository, number, sha, head, method, ...more }, `merge #${number}`);
  if (answer.kind === 'merged') {
    status.stays(`#${number} is merged`);
    reporter.tell({ name: 'merged', line: `merged #${number} into ${into}` });
    if (answer.branchStays !== undefined) status.owe(`remove the branch ${head} of ${repository}: ${answer.branchStays}`);
  }
  return answer;
}

/** Has it reviewed by the second identity where there is one. Else, and where that isn't enough, people have to. */
export async function review({ status, work, reporter, change }: Pick<Changing, 'status' | 'work' | 'reporter' | 'change'>, { number, head: sha }: Pull, { by }: Pick<Extract<ChangeStep, { do: 'review' }>, 'by'>): Promise<Obstacle> {
  const { repository, branch: head, method, autoMerge } = change;
  const asked = { repository, number, sha };
  // What the forge refuses here, people can do.
  const reviewed = by === 'people' ? 'nobody' : ((await goWithout({ status, reporter }, `approve #${number}`, () => work.approvePullRequest(asked, `approve #${number}`))) ?? 'nobody');
  if (autoMerge) await goWithout({ status, reporter }, `let #${number} merge itself`, () => work.letMerge({ ...asked, head, method }, `let #${number} merge itself`));
  status.enter('pipeline', {
    waitingFor: { what: `a review of #${number}`, ...(reviewed === 'nobody' && { whom: ['somebody who may approve it on the forge'] }) },
    next: `merge #${number}`,
  });
  return { kind: 'unreviewed' };
}

/** Has the base branch's merge queue merge it, at exactly the head that was green. Undefined if that is not its head any more. */
export async function enqueue({ status, work, change }: Pick<Changing, 'status' | 'work' | 'change'>, { number, head: sha }: Pull, { time }: { readonly time: number }): Promise<Obstacle | undefined> {
  const { repository, into } = change;
  status.enter('merging', { waitingFor: { what: `#${number} in the merge queue of ${into}` }, next: `the forge merges #${number}` });
  const result = await work.enqueuePullRequest({ repository, number, sha }, `enqueue #${number}`);
  if (result.kind === 'moved') return undefined;
  const { lastRemoval } = result;
  return { kind: 'queued', time, since: Date.now(), ...(lastRemoval && { lastRemoval }) };
}

/** The forge would merge it by itself whatever becomes of its head, or in a pause. A later look merges it, or lets it be merged, anew. */
export async function keepFromMerging({ work, change }: Pick<Changing, 'work' | 'change'>, { number }: Pull): Promise<void> {
  const { repository, autoMerge } = change;
  if (autoMerge) await work.keepFromMerging({ repository, number }, `keep #${number} from merging itself`);
}

/** Takes it out of the merge queue that it waits in, and says so: it is entered again by a later look. */
export async function leaveQueue<D extends OpenChange>({ work, reporter, change }: Pick<Changing, 'work' | 'reporter' | 'change'>, draft: D, why: string): Promise<D> {
  const { known, ...rest } = draft;
  if (known?.kind !== 'queued') return draft;
  const { repository, into } = change;
  const { number } = draft.pull;
  const kept = await work.keepFromMerging({ repository, number, queued: known }, `take #${number} out of the merge queue`);
  if (kept === 'kept') reporter.tell({ name: 'unqueued', line: `took #${number} out of the merge queue of ${into}: ${why}` });
  return rest as D;
}
