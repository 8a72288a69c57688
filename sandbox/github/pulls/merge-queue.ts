import { mergeTrees } from '../../git/history.ts';
import { stateOfCheck } from '../ci/check-state.ts';
import { launchCi } from '../ci/ci.ts';
import { isOpenPull } from './mergeability.ts';
import { leaveQueue, markMerged, notifyPull } from './pull-request.ts';
import { moveRef } from '../code/refs.ts';
import { userNamed } from '../people/users.ts';
import { writeMerge } from './write-merge.ts';
import type { PullRequest, Repository, User } from '../state.ts';
import type { World } from '../../world/state.ts';

/** Where a group's CI runs; its scripts are given for this branch. */
function queueBranch(base: string): string {
  return `gh-readonly-queue/${base}`;
}

export async function joinQueue(world: World, repository: Repository, issue: PullRequest, by: User): Promise<void> {
  issue.pull.queued = { at: world.clock.now(), by: by.login, nth: world.nextId(), trial: undefined };
  await notifyPull(world, repository, issue, { action: 'enqueued', sender: by });
  await advanceQueues(world, repository);
}

/** Tries the first pull request of each queue on its base as that is now, and merges or throws out what has been tried. */
export async function advanceQueues(world: World, repository: Repository): Promise<void> {
  for (const base of repository.protections.keys()) {
    while (await advanced(world, repository, base));
  }
}

/** One step with the first in the queue; false when there is nothing to do but wait. */
async function advanced(world: World, repository: Repository, base: string): Promise<boolean> {
  const [first] = [...repository.issues.values()]
    .filter((issue): issue is PullRequest => isOpenPull(issue) && issue.pull.base === base && issue.pull.queued !== undefined)
    .toSorted((one, other) => one.pull.queued!.nth - other.pull.queued!.nth);
  const baseSha = repository.refs.get(`refs/heads/${base}`);
  const queued = first?.pull.queued;
  if (!first || !queued || baseSha === undefined) return false;
  if (queued.trial?.base !== baseSha) return tried(world, repository, first, baseSha);
  const states = repository.protections.get(base)!.requiredChecks.map((name) => stateOfCheck(repository, queued.trial!.sha, name));
  if (states.includes('failure')) return thrownOut(world, repository, first, 'failed_checks');
  if (states.some((state) => state !== 'success')) return false;
  const by = userNamed(world, 'github-merge-queue[bot]');
  await markMerged(world, repository, first, { sha: queued.trial.sha, baseSha, by });
  await moveRef(world, repository, { ref: `refs/heads/${base}`, to: queued.trial.sha, by });
  return true;
}

async function tried(world: World, repository: Repository, issue: PullRequest, base: string): Promise<boolean> {
  const { head, headSha, removals } = issue.pull;
  const merged = await mergeTrees(repository.gitDir, base, headSha);
  if (merged.kind === 'conflict') return thrownOut(world, repository, issue, 'merge_conflict');
  const message = `Merge pull request #${issue.number} from ${repository.owner}/${head}\n\n${issue.title}`;
  // Each trial is a commit of its own, with checks of its own.
  const sha = await writeMerge(repository, { tree: merged.tree, parents: [base, headSha], author: userNamed(world, issue.author), message, later: removals.length });
  issue.pull.queued!.trial = { sha, base };
  launchCi(world, repository, { sha, branch: queueBranch(issue.pull.base) });
  return true;
}

async function thrownOut(world: World, repository: Repository, issue: PullRequest, reason: string): Promise<boolean> {
  leaveQueue(world, issue.pull, reason);
  await notifyPull(world, repository, issue, { action: 'dequeued', sender: userNamed(world, 'github-merge-queue[bot]') });
  return true;
}
