import type { Sha } from '../../domain/code/commit.ts';
import { markedKey } from '../../domain/code/marker.ts';
import { owedBranch, owedMergeBack } from '../../domain/versions/owed-change.ts';
import type { OwedChange } from '../../domain/versions/owed-change.ts';
import type { VersionPlan } from '../../domain/versions/plan.ts';
import { pullRequestWrites } from '../changes/writes.ts';
import { neverRetry, tryAgain } from '../../ports/failures.ts';
import type { Ports } from '../../ports/ports.ts';
import { beating } from '../../ports/pulse.ts';
import { versionCommits } from './commits.ts';

export interface OwedVersionChange {
  readonly plan: VersionPlan;
  readonly owes: 'mergeBack' | 'branch';
  /** The files that conflict, or the remote's words. */
  readonly why: string;
}

/** Makes pull requests of what a version release could not push. */
export function createOwedChanges({ forge, git, readLagMs }: Pick<Ports, 'forge' | 'git' | 'readLagMs'>) {
  const { missingOn } = versionCommits(git);
  const { open } = pullRequestWrites({ forge, readLagMs });

  /** Undefined where there is nothing to ask for: the branch does not exist, or it lacks nothing any more. */
  async function openVersionChange({ plan, owes, why }: OwedVersionChange): Promise<{ readonly number: number; readonly url: string } | undefined> {
    const change = owes === 'mergeBack' ? owedMergeBack(plan, why) : owedBranch(plan, why);
    const { branches } = await git.refs(plan.repository);
    const base = branches[change.base];
    if (base === undefined) return undefined;
    const at = branches[change.head] ?? (owes === 'branch' ? plan.target : await broughtBack(plan, base));
    if (at === undefined) return undefined;
    if (branches[change.head] === undefined) await begin(plan, change, at);
    const { number, url } = await open(
      plan.repository,
      change.head,
      async () => (await forge.pullRequests.list(plan.repository, change.head, change.base)).find(({ body, state }) => state !== 'closed' && markedKey(body) === markedKey(change.body)),
      async () => ({ repository: plan.repository, head: change.head, base: change.base, title: change.title, body: change.body }),
    );
    return { number, url };
  }

  /** The commit that is to be merged into the default branch: the tagged one, or its changelog. */
  async function broughtBack(plan: VersionPlan, head: Sha): Promise<Sha | undefined> {
    const missing = await missingOn(plan, head);
    if (missing.kind === 'none') return undefined;
    return missing.kind === 'changelog' ? missing.commit.sha : plan.target;
  }

  async function begin({ repository }: VersionPlan, { head }: OwedChange, at: Sha): Promise<void> {
    const pushed = await git.push(repository, [{ ref: { branch: head }, to: at }]);
    if (pushed.kind === 'refused') throw neverRetry('PermissionDenied', `${repository} does not take the branch ${head}: ${pushed.reason}`);
    if (pushed.kind === 'moved') throw tryAgain('Unavailable', `${head} of ${repository} has come into being meanwhile`);
  }

  return { openVersionChange: beating(openVersionChange) };
}
