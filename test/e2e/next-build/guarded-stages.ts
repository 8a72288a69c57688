import { patched } from '@temporalio/workflow';
import type { Sha } from '../../../domain/code/commit.ts';
import type { Release } from '../../../workflows/component/release.ts';
import { passed as passedBefore } from '../../../workflows/stages/stages.ts';
import type { Stage } from '../../../domain/stages/rules.ts';

export * from '../../../workflows/stages/stages.ts';

/** The next build's change to a step: the base branch is looked at before a stage begins. */
export async function passed(release: Release, stage: Stage, sha: Sha): Promise<void> {
  if (patched('recheck-before-stage')) await rechecked(release, stage);
  return passedBefore(release, stage, sha);
}

export async function rechecked({ plan, work }: Release, { name }: Stage): Promise<void> {
  const { repository, branch, requiredChecks: failed } = plan.downstream;
  await work.base({ repository, branch, failed }, `look again, before ${name}`);
}
