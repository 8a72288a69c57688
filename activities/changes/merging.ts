import { activityInfo } from '@temporalio/activity';
import type { Obstacle } from '../../domain/changes/life.ts';
import type { Sha } from '../../domain/code/commit.ts';
import type { Objection } from '../../domain/people/objection.ts';
import { readObjections } from '../people/objections.ts';
import type { Candidate } from '../people/objections.ts';
import { effect } from '../effect.ts';
import { missing, tryAgain } from '../../ports/failures.ts';
import { takesPeople } from '../../domain/changes/merge-refusal.ts';
import { isBelieved, reread } from '../doubt.ts';
import type { MergeMethod, MergeResult } from '../../ports/forge/merging.ts';
import type { PullRequest } from '../../ports/forge/pull-requests.ts';
import type { Repository } from '../../domain/code/repository.ts';
import type { Ports } from '../../ports/ports.ts';
import { beating } from '../../ports/pulse.ts';
import { pullRequestWrites } from './writes.ts';
import { serverTime } from '../server-time.ts';

export interface Merge {
  readonly repository: Repository;
  readonly number: number;
  readonly sha: Sha;
  readonly head: string;
  readonly method: MergeMethod;
  /** What a file is to hold once it is merged. */
  readonly brings?: { readonly path: string; readonly text: string };
  /** What it carries: not where people have something against that. */
  readonly carries?: Candidate;
}

export type Enqueued =
  /** Waits in the queue; `lastRemoval` is the one before, which says nothing about this time. */
  | { readonly kind: 'queued'; readonly lastRemoval?: string }
  /** Another head, or merged or closed: look again. */
  | { readonly kind: 'moved' };

export type Merged =
  | Exclude<MergeResult, { kind: 'merged' }>
  | (Extract<MergeResult, { kind: 'merged' }> & {
      /** Why its branch could not be removed. */
      readonly branchStays?: string;
    })
  | { readonly kind: 'closed'; readonly by: string }
  | { readonly kind: 'objected'; readonly objection: Objection }
  /** It is merged, but the base branch's commit is not what was agreed on. */
  | { readonly kind: 'otherwise'; readonly reason: string };

export function createMerging({ forge, components, readLagMs }: Pick<Ports, 'forge' | 'components' | 'readLagMs'>) {
  const { against } = readObjections({ forge, components });
  const { commits, merging, pullRequests, reviewer } = forge;
  const { removeBranch } = pullRequestWrites({ forge, readLagMs });

  /** Merges at exactly `sha`, removes the branch, and looks at what has come of it. */
  async function mergePullRequest({ repository, number, sha, head, method, brings, carries }: Merge): Promise<Merged> {
    const merged = await effect<Merged>({
      key: `merge ${repository}#${number}`,
      lagMs: readLagMs,
      probe: async () => mergeSeen(await pullRequests.get(repository, number), sha),
      act: async () => (await objectedTo(carries)) ?? believed(await merging.merge(repository, number, sha, method)),
    });
    if (merged.kind !== 'merged') return merged;
    const branchStays = await removeBranch(repository, head, sha);
    const text = brings && (await reread(`${brings.path} at ${merged.sha}`, () => commits.read(repository, brings.path, merged.sha)))?.trim();
    return text === brings?.text ? { ...merged, ...(branchStays !== undefined && { branchStays }) } : { kind: 'otherwise', reason: `${brings!.path} holds ${text ?? 'nothing'} at ${merged.sha}, and not ${brings!.text}` };
  }

  async function objectedTo(carries: Candidate | undefined): Promise<Merged | undefined> {
    const objection = carries && (await against(carries));
    return objection && { kind: 'objected', objection };
  }

  /** Has the forge merge it as soon as nothing is missing any more. */
  async function letMerge({ repository, number, sha, method }: Merge): Promise<'waits' | 'mergeable' | 'moved'> {
    let answer: 'mergeable' | 'moved' | undefined;
    await effect({
      key: `auto-merge ${repository}#${number} ${sha}`,
      lagMs: 0,
      probe: async () => ((await pullRequests.get(repository, number))?.mergesItself ? true : undefined),
      act: async () => {
        const now = await merging.mergeWhenReady(repository, number, sha, method);
        if (now !== 'waits') answer = now;
        return true;
      },
    });
    return answer ?? 'waits';
  }

  /** Takes that back, and takes it out of a merge queue, whoever has put it there. @param queued where the release has put it, which the forge may not show yet */
  async function keepFromMerging({ repository, number, queued }: Pick<Merge, 'repository' | 'number'> & { readonly queued?: Extract<Obstacle, { kind: 'queued' }> }): Promise<'kept' | 'over'> {
    const isRecent = queued?.since !== undefined && serverTime() - queued.since < readLagMs;
    return effect<'kept' | 'over'>({
      key: `no auto-merge ${repository}#${number}`,
      lagMs: 0,
      async probe() {
        const pull = await pullRequests.get(repository, number);
        if (pull && pull.state !== 'open') return 'over';
        const { waits, lastRemoval } = await merging.queuePlace(repository, number);
        if (waits || pull?.mergesItself) return undefined;
        if (isRecent && lastRemoval?.id === queued.lastRemoval) throw tryAgain('Unavailable', `#${number} is not shown in the merge queue yet`);
        return 'kept';
      },
      act: () => merging.keepFromMerging(repository, number),
    });
  }

  /** Puts it into the merge queue at exactly `sha`. */
  async function enqueuePullRequest({ repository, number, sha }: Pick<Merge, 'repository' | 'number' | 'sha'>): Promise<Enqueued> {
    const { lastRemoval } = await merging.queuePlace(repository, number);
    const entered = await effect<'waits' | 'moved'>({
      key: `enqueue ${repository}#${number} ${sha}`,
      lagMs: 0,
      probe: async () => ((await merging.queuePlace(repository, number)).waits ? 'waits' : undefined),
      act: () => merging.enterQueue(repository, number, sha),
    });
    return entered === 'moved' ? { kind: 'moved' } : { kind: 'queued', ...(lastRemoval && { lastRemoval: lastRemoval.id }) };
  }

  /** Approves it at exactly `sha`, by a second identity; nobody's, where none is configured. */
  async function approvePullRequest({ repository, number, sha }: Pick<Merge, 'repository' | 'number' | 'sha'>): Promise<'approved' | 'nobody'> {
    if (!reviewer) return 'nobody';
    await effect({
      key: `review ${repository}#${number} ${sha}`,
      lagMs: readLagMs,
      probe: async () => ((await reviewer.hasApproved(repository, number, sha)) ? true : undefined),
      act: () => reviewer.approve(repository, number, sha),
    });
    return 'approved';
  }

  return {
    mergePullRequest: beating(mergePullRequest),
    letMerge: beating(letMerge),
    keepFromMerging: beating(keepFromMerging),
    enqueuePullRequest: beating(enqueuePullRequest),
    approvePullRequest: beating(approvePullRequest),
  };
}

/** Most refusals pass, and what is merged already is refused, too, and may still be shown as open: none is believed at the first time. */
function believed(result: MergeResult): MergeResult {
  if (result.kind !== 'refused') return result;
  const isOld = isBelieved(result.reason);
  if (activityInfo().attempt > 1 && (isOld || takesPeople(result.reason))) return result;
  throw tryAgain('Unavailable', `the merge was refused (${result.reason}), and is tried again`);
}

/** What a pull request's state says about merging it at `sha`; undefined while it is still to be merged. */
function mergeSeen(pull: PullRequest | undefined, sha: Sha): Merged | undefined {
  if (!pull) throw missing('the pull request is not shown yet');
  if (pull.state === 'closed') return { kind: 'closed', by: pull.closedBy ?? 'somebody' };
  if (pull.head !== sha) return { kind: 'moved' };
  if (pull.state === 'merged') return { kind: 'merged', sha: pull.mergeSha! };
  return undefined;
}
