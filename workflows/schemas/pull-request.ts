import type { MadeArchive } from '../../activities/schemas/archives.ts';
import type { Withdrawn } from '../../activities/changes/proposals.ts';
import type { OpenedDeps, SchemaPullRequest } from '../../activities/schemas/pull-requests.ts';
import { afterLook, afterMerge } from '../../domain/changes/life.ts';
import type { Life, Obstacle, Seen, ChangeStep } from '../../domain/changes/life.ts';
import { shortSha } from '../../domain/code/commit.ts';
import type { Sha } from '../../domain/code/commit.ts';
import { changeOf } from '../../domain/schemas/plan.ts';
import type { SchemaPlan } from '../../domain/schemas/plan.ts';
import { enqueue, merge, review } from '../changes/merging.ts';
import { insist } from '../people/obligations.ts';
import type { Undo } from '../release/compensation.ts';
import { doubt } from './asking.ts';
import type { SchemaRelease } from './session.ts';
import { accepted } from './stock.ts';
import { Stop } from '../release/stop.ts';

/** An answer that has a pull request; anything else ends the release. */
export function depsOpened({ into: base }: Pick<SchemaPlan, 'into'>, answer: SchemaPullRequest): OpenedDeps {
  const seen = accepted(answer);
  if (seen.kind === 'opened') return seen;
  throw new Stop({ kind: 'schemasRefused', reason: `${base} names this very tarball already: there is nothing to build`, names: [seen.file] });
}

/** Opens the pull request that points builds at the tarball, and registers how it is withdrawn. */
export async function openDeps(release: SchemaRelease, archive: MadeArchive, { register, markUsed }: { register: (undo: Undo) => void; markUsed: () => void }): Promise<OpenedDeps> {
  const { plan, key, status, work, reporter } = release;
  let opened: number | undefined;
  register({
    what: `the pull request on ${plan.branch}`,
    act: async () => {
      const withdrawn = await work.withdrawSchemaPullRequest({ plan, key, ...(opened !== undefined && { number: opened }) }, 'close the pull request, and remove its branch');
      if (withdrawn.kind === 'withdrawn' && withdrawn.unremoved !== undefined) status.owe(`remove the branch ${plan.branch}: ${withdrawn.unremoved}`);
      if (withdrawn.kind === 'withdrawn') return takenBack(plan, withdrawn);
      markUsed();
      return { stays: `#${withdrawn.number} was merged already` };
    },
  });
  status.enter('opening', { next: 'open the pull request' });
  const answer = await insist(release, 'opening the pull request', () => work.openSchemaPullRequest({ plan, key, archive }, `open ${plan.title}`));
  if (answer.kind === 'named') markUsed();
  const pull = depsOpened(plan, answer);
  opened = pull.number;
  status.change({ pullRequest: { number: pull.number, url: pull.url } });
  if (pull.unlabelled !== undefined) status.owe(`label #${pull.number}: ${pull.unlabelled}`);
  if (pull.closedBy) throw new Stop({ kind: 'closed', by: pull.closedBy });
  reporter.tell({ name: 'opened', line: `opened ${pull.url}` });
  return pull;
}

/** What was there and is gone, or stays. */
function takenBack({ branch: head }: Pick<SchemaPlan, 'branch'>, { number, branchStays }: Extract<Withdrawn, { kind: 'withdrawn' }>): { readonly stays?: string; readonly nothing?: true } {
  if (branchStays !== undefined) return { stays: `the branch ${head} is at ${shortSha(branchStays)}, which is somebody else's` };
  return number === undefined ? { nothing: true } : {};
}

/** What of a build may change while its pull request waits for a review, or in a queue. `outdated`: it can't be merged before it contains its base, this commit of it, once that is known. */
export type BuildSight = Extract<Seen, { kind: 'green' }> | { readonly kind: 'outdated'; readonly base?: Sha } | Extract<Seen, { kind: 'ejected' }>;

/**
 * Merges at exactly the head that was built, however the branch takes changes, unless its base has moved on in the way.
 *
 * @param look waits for what happens to it
 * @param isOwed its schemas are public: whoever owes the merge asks about a refusal, and looks whether it is merged by hand
 */
export async function mergeDeps(release: SchemaRelease, pull: OpenedDeps, { look, isOwed }: { readonly look: (known: Obstacle) => Promise<BuildSight>; readonly isOwed: boolean }): Promise<'merged' | 'outdated'> {
  const changing = { ...release, change: changeOf(release.plan) };
  let life: Life = { attempt: 1 };
  for (let step: ChangeStep = { do: 'merge' }; ; ) {
    switch (step.do) {
      case 'merge': {
        const answer = await merge(changing, pull);
        // Where somebody has pushed, the look at its build says so.
        if (answer.kind === 'moved') return 'outdated';
        step = afterMerge(life, answer);
        continue;
      }
      case 'review':
        life = { attempt: 1, known: await review(changing, pull, step) };
        break;
      case 'enqueue': {
        const known = await enqueue(changing, pull, step);
        life = { attempt: 1, ...(known && { known }) };
        break;
      }
      case 'hold':
        if (isOwed) throw new Stop({ kind: 'mergeRefused', reason: step.obstacle.reason });
        await doubt(release, `#${pull.number} is built and can't be merged: ${step.obstacle.reason}`, ['retry']);
        step = { do: 'merge' };
        continue;
      case 'end':
        return 'merged';
      case 'ask':
        throw new Stop({ kind: 'mergeRefused', reason: `the merge queue has thrown it out: ${step.reason}` });
      case 'stop':
        throw new Stop(step.reason);
      case 'look':
      case 'update':
      case 'renew':
      case 'rerun':
      case 'diagnose':
      case 'tell':
        return 'outdated';
    }
    const seen: BuildSight = life.known ? await look(life.known) : { kind: 'green' };
    step = seen.kind === 'outdated' ? { do: 'look' } : afterLook(life, seen);
  }
}

/** Waits until somebody else has merged it. */
export async function awaitMergeByHand({ plan, work, wakes, status }: SchemaRelease, { number }: OpenedDeps): Promise<void> {
  await wakes.wakeable(() => work.mergedBySomebody({ repository: plan.rules.repository, number }, `look whether #${number} is merged`));
  status.stays(`#${number} is merged, by hand`);
}
