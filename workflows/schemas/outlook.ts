import type { OpenedDeps } from '../../activities/schemas/pull-requests.ts';
import type { MergeOutlook } from '../../activities/schemas/builds.ts';
import { goWithout } from '../people/obligations.ts';
import { firstOf } from '../release/race.ts';
import { Stop } from '../release/stop.ts';
import { doubt } from './asking.ts';
import type { SchemaRelease } from './session.ts';

/** `waited`: what was seen before may be old. */
type AwaitedOutlook = Exclude<OpenOutlook, { kind: 'hindered' }> | { readonly kind: 'waited' };

type OpenOutlook = Exclude<MergeOutlook, { kind: 'closed' | 'moved' }>;

/** Waits for what stands in the way of the merge, or for somebody's word. */
export async function awaitOutlook(release: SchemaRelease, { number, head: sha }: OpenedDeps): Promise<AwaitedOutlook> {
  const { plan, work, wakes } = release;
  const { repository, merge: method, file } = plan.rules;
  const question = { repository, number, sha, base: plan.into, method, file };
  const look = (waits?: true) => wakes.wakeable(() => work.mergeOutlook({ ...question, ...(waits && { waits }) }, `look whether #${number} can be merged`));

  let outlook = unlessEnded(await look());
  if (outlook.kind === 'hindered' && (await goWithout(release, `approve #${number}`, () => work.approvePullRequest({ repository, number, sha }, `approve #${number}`))) === 'approved') outlook = unlessEnded(await look());
  if (outlook.kind !== 'hindered') return outlook;

  const about = `#${number} can't be merged: ${outlook.why}. Nothing is published before it can`;
  const news = await firstOf(() => look(true), () => doubt(release, about, ['publish']));
  if ('choice' in news) return { kind: 'clear' };
  unlessEnded(news);
  return { kind: 'waited' };
}

function unlessEnded(outlook: MergeOutlook): OpenOutlook {
  if (outlook.kind === 'closed') throw new Stop({ kind: 'closed', by: outlook.by });
  if (outlook.kind === 'moved') throw new Stop({ kind: 'mergeRefused', reason: 'somebody pushed to the pull request: what was built is not what would be merged' });
  return outlook;
}
