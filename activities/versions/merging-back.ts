import type { MergeBack, VersionPlan } from '../../domain/versions/plan.ts';
import { effect } from '../effect.ts';
import { neverRetry, notYet, tryAgain } from '../../ports/failures.ts';
import type { RefMove } from '../../ports/git/git.ts';
import type { Ports } from '../../ports/ports.ts';
import { beating } from '../../ports/pulse.ts';
import { versionCommits } from './commits.ts';

export type MergedBack =
  | { readonly kind: 'done' }
  /** These files can't be put together. Nothing was written. */
  | { readonly kind: 'conflict'; readonly paths: readonly string[] }
  /** The remote does not take it from here. Nothing was written. */
  | { readonly kind: 'refused'; readonly reason: string };

/** Brings a version that is tagged back to the default branch, wherever that has gone meanwhile. */
export function createMergingBack({ git }: Pick<Ports, 'git'>) {
  const { missingOn } = versionCommits(git);

  async function mergeVersionBack(plan: VersionPlan): Promise<MergedBack> {
    return effect<MergedBack>({
      key: `merge back ${plan.repository} ${plan.tag}`,
      lagMs: 0,
      probe: async () => answered(await lacking(plan)),
      async act() {
        const missing = await lacking(plan);
        const answer = answered(missing);
        if (answer) return answer;
        const pushed = await git.push(plan.repository, [moveOf(plan, missing)]);
        if (pushed.kind === 'moved') throw tryAgain('Unavailable', `${plan.defaultBranch} of ${plan.repository} has moved on meanwhile`);
        return pushed.kind === 'pushed' ? { kind: 'done' } : { kind: 'refused', reason: pushed.reason };
      },
    });
  }

  async function lacking(plan: VersionPlan): Promise<MergeBack> {
    const { branches } = await git.refs(plan.repository);
    const head = branches[plan.defaultBranch];
    if (head === undefined) throw neverRetry('InvalidCatalog', `branch ${plan.defaultBranch} of ${plan.repository} does not exist`);
    return missingOn(plan, head);
  }

  /** Looks once, whoever has brought it there. @throws `NotYet` until the default branch lacks nothing of the version */
  async function versionMergedBack(plan: VersionPlan): Promise<void> {
    if ((await lacking(plan)).kind !== 'none') throw notYet(`${plan.defaultBranch} of ${plan.repository} lacks ${plan.tag}`);
  }

  return { mergeVersionBack: beating(mergeVersionBack), versionMergedBack };
}

/** What needs no push. */
function answered(missing: MergeBack): MergedBack | undefined {
  if (missing.kind === 'none') return { kind: 'done' };
  return missing.kind === 'conflict' ? { kind: 'conflict', paths: missing.paths } : undefined;
}

function moveOf({ defaultBranch: branch }: VersionPlan, missing: MergeBack): RefMove {
  if (missing.kind === 'merge') return { ref: { branch }, from: missing.into, to: missing.sha };
  if (missing.kind === 'changelog') return { ref: { branch }, from: missing.commit.parent, to: missing.commit.sha };
  throw new Error(`${missing.kind} is pushed nowhere`);
}
