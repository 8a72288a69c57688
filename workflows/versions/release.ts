import type { Sha } from '../../domain/code/commit.ts';
import type { PassagePlan } from '../../domain/stages/passage.ts';
import type { VersionPlan } from '../../domain/versions/plan.ts';
import type { Approvals } from '../people/approvals.ts';
import type { Session } from '../release/session.ts';

/** A plan, as what all releases have in common knows it: its candidate is the commit that is tagged. */
export type AgreedVersion = VersionPlan & { readonly candidate: Sha };

/** What the steps of one version release share. */
export interface VersionRelease extends Session<AgreedVersion> {
  readonly approvals: Approvals;
}

/** The tag, as a stage on whose approval people vote. Who wrote what is new is asked of what came since the version before. */
export function passageOf(plan: AgreedVersion): PassagePlan {
  const { id, component, candidate, stages, pace, repository, branch, previousAt = candidate } = plan;
  return { id, component, candidate, stages, pace, source: repository, before: { candidate: previousAt, sha: previousAt }, deployedFrom: { repository, branch } };
}
