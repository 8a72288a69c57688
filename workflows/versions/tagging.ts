import type { VersionRequest } from '../../domain/versions/request.ts';
import { shortSha } from '../../domain/code/commit.ts';
import { insist } from '../people/obligations.ts';
import { planAgain } from './choosing.ts';
import { passageOf } from './release.ts';
import type { VersionRelease } from './release.ts';

export type Tagged =
  /** `owes`: why the branch has not got the tagged commit. */
  | { readonly kind: 'tagged'; readonly release: VersionRelease; readonly owes?: string }
  | { readonly kind: 'refused'; readonly reason: string };

/** Has the version approved, and makes its commit and its tag. What was merged into its branch meanwhile goes in, and is approved anew. */
export async function cutTag(begun: VersionRelease, request: VersionRequest): Promise<Tagged> {
  for (let release = begun; ; ) {
    const { plan, status, reporter, approvals, work } = release;
    if (!plan.isTagged) for (const stage of plan.stages) await insist(release, `the approval of ${plan.tag}`, () => approvals.collect(stage, { ...release, plan: passageOf(plan) }));
    status.enter('publishing', { waitingFor: { what: `the tag ${plan.tag}` } });
    const cut = await insist(release, `the tag ${plan.tag}`, () => work.cutVersion(plan, `tag ${shortSha(plan.target)} as ${plan.tag}`));
    if (cut.kind === 'tagged') {
      for (const { name } of plan.stages) status.stage(name, 'done');
      reporter.tell({ name: 'tagged', line: `tagged ${shortSha(plan.target)} as ${plan.tag}` });
      return { kind: 'tagged', release, ...(cut.owes !== undefined && { owes: cut.owes }) };
    }
    if (cut.kind === 'taken') return { kind: 'refused', reason: `the tag ${plan.tag} stands on ${shortSha(cut.at)}: tags are never moved` };
    const again = await insist(release, `the plan of ${plan.tag}`, () => planAgain(request, { burns: true }));
    if (again.kind !== 'version') return { kind: 'refused', reason: again.kind === 'refused' ? again.reason : `${again.version} leaves out ${again.missing.join(', ')}` };
    reporter.tell({ name: 'moved', line: `${plan.branch} has moved on: ${plan.tag} is to be ${shortSha(again.target)} now` });
    const agreed = { ...again, candidate: again.target };
    status.carries(agreed);
    approvals.carries(passageOf(agreed));
    release = { ...release, plan: agreed };
  }
}
