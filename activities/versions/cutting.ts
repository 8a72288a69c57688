import type { Sha } from '../../domain/code/commit.ts';
import type { VersionPlan } from '../../domain/versions/plan.ts';
import { titleOf } from '../../domain/versions/version.ts';
import { effect } from '../effect.ts';
import { neverRetry, notYet, tryAgain } from '../../ports/failures.ts';
import type { RefMove } from '../../ports/git/git.ts';
import type { Ports } from '../../ports/ports.ts';
import { beating } from '../../ports/pulse.ts';
import { versionCommits } from './commits.ts';

export type Cut =
  /** The tag is there. `owes`: the branch has not got its commit, because the remote does not take it from here; its words. */
  | { readonly kind: 'tagged'; readonly owes?: string }
  /** The branch is not where the plan has seen it: somebody has merged more. Nothing was written. */
  | { readonly kind: 'moved' }
  /** The tag stands on another commit. Nothing was written. */
  | { readonly kind: 'taken'; readonly at: Sha };

/** Makes a version's commit and its tag. */
export function createCutting({ git }: Pick<Ports, 'git'>) {
  const { remake } = versionCommits(git);

  /**
   * Pushes the branch and the tag at once, so that there is never one without the other unless the branch is protected.
   * @throws `Refused` where the remote does not take the tag: then nothing was written
   */
  async function cutVersion(plan: VersionPlan): Promise<Cut> {
    return effect<Cut>({
      key: `tag ${plan.repository} ${plan.tag}`,
      lagMs: 0,
      probe: async () => {
        const place = await look(plan);
        return place.kind === 'open' ? undefined : place;
      },
      act: async () => cut(plan),
    });
  }

  type Place = { readonly kind: 'open'; readonly branchAt?: Sha } | Cut;

  async function look({ repository, tag, branch, branchAt, target }: VersionPlan): Promise<Place> {
    const { branches, tags } = await git.refs(repository);
    const there = tags.find(({ name }) => name === tag);
    const head = branches[branch];
    if (there) {
      if (there.commit !== target) return { kind: 'taken', at: there.commit };
      return { kind: 'tagged', ...(!(await holds(repository, head, target)) && { owes: `${branch} lacks ${target}` }) };
    }
    return head === branchAt || head === target ? { kind: 'open', ...(head !== undefined && { branchAt: head }) } : { kind: 'moved' };
  }

  async function holds(repository: string, head: Sha | undefined, commit: Sha): Promise<boolean> {
    return head !== undefined && (await git.mergeBase(repository, commit, head)) === commit;
  }

  async function cut(plan: VersionPlan): Promise<Cut> {
    const { repository, branch, tag, target, commit, date } = plan;
    const place = await look(plan);
    if (place.kind !== 'open') return place;
    if (commit) await remake(plan, commit);
    const made = await git.write(repository, { kind: 'tag', name: tag, commit: target, message: titleOf(plan.version), date });
    if (made.kind !== 'written') throw new Error(`a tag can't be in ${made.kind}`);
    const tagging: RefMove = { ref: { tag }, to: made.sha };
    const branching: RefMove = { ref: { branch }, from: place.branchAt, to: target };
    const both = await git.push(repository, place.branchAt === target ? [tagging] : [branching, tagging]);
    if (both.kind === 'pushed') return { kind: 'tagged' };
    if (both.kind === 'moved') throw tryAgain('Unavailable', `${both.ref} of ${repository} has moved meanwhile`);
    if (both.ref !== `refs/heads/${branch}`) throw notTaken(plan, both.reason);
    const alone = await git.push(repository, [tagging]);
    if (alone.kind === 'moved') throw tryAgain('Unavailable', `${alone.ref} of ${repository} has moved meanwhile`);
    if (alone.kind === 'refused') throw notTaken(plan, alone.reason);
    return { kind: 'tagged', owes: both.reason };
  }

  /** Looks once. @throws `NotYet` until the branch has the tagged commit */
  async function branchHasVersion({ repository, branch, target }: VersionPlan): Promise<void> {
    const { branches } = await git.refs(repository);
    if (!(await holds(repository, branches[branch], target))) throw notYet(`${branch} of ${repository} lacks ${target}`);
  }

  return { cutVersion: beating(cutVersion), branchHasVersion };
}

function notTaken({ repository, tag }: VersionPlan, reason: string): Error {
  return neverRetry('Refused', `${repository} does not take the tag ${tag}: ${reason}`);
}
