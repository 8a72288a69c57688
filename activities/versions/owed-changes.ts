import type { Sha } from '../../domain/code/commit.ts';
import { owedBranch, owedMergeBack } from '../../domain/versions/owed-change.ts';
import type { VersionPlan } from '../../domain/versions/plan.ts';
import type { Ports } from '../../ports/ports.ts';
import { beating } from '../../ports/pulse.ts';
import { asking } from './asking.ts';
import { versionCommits } from './commits.ts';

export interface OwedVersionChange {
  readonly plan: VersionPlan;
  readonly owes: 'mergeBack' | 'branch';
  /** The files that conflict, or the remote's words. */
  readonly why: string;
}

/** Makes pull requests of what a version release could not push. */
export function createOwedChanges(ports: Pick<Ports, 'forge' | 'git' | 'releases' | 'readLagMs'>) {
  const { git } = ports;
  const { missingOn } = versionCommits(git);
  const { ask } = asking(ports);

  /** Undefined where there is nothing to ask for: the branch does not exist, or it lacks nothing any more. */
  async function openVersionChange({ plan, owes, why }: OwedVersionChange): Promise<{ readonly number: number; readonly url: string } | undefined> {
    const change = owes === 'mergeBack' ? owedMergeBack(plan, why) : owedBranch(plan, why);
    return ask(plan.repository, plan.id, change, async (at) => {
      const into = (await git.refs(plan.repository)).branches[change.base];
      if (into === undefined) return undefined;
      const start = owes === 'branch' ? plan.target : await broughtBack(plan, into);
      const isContinued = at !== undefined && start !== undefined && (await git.mergeBase(plan.repository, start, at)) === start;
      return isContinued ? at : start;
    });
  }

  /** The commit that is to be merged into the default branch: the tagged one, or its changelog. */
  async function broughtBack(plan: VersionPlan, head: Sha): Promise<Sha | undefined> {
    const missing = await missingOn(plan, head);
    if (missing.kind === 'none') return undefined;
    return missing.kind === 'changelog' ? missing.commit.sha : plan.target;
  }

  return { openVersionChange: beating(openVersionChange) };
}
