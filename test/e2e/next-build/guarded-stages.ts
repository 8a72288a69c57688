import { patched } from '@temporalio/workflow';
import type { Sha } from '../../../domain/code/commit.ts';
import type { Passage } from '../../../workflows/stages/passage.ts';
import { passStage as passedBefore } from '../../../workflows/stages/stages.ts';
import type { Stage } from '../../../domain/stages/rules.ts';

export * from '../../../workflows/stages/stages.ts';

/** The next build's change to a step: the base branch is looked at before a stage begins. */
export async function passStage(passage: Passage, stage: Stage, sha: Sha): Promise<Sha> {
  if (patched('recheck-before-stage')) await rechecked(passage, stage);
  return passedBefore(passage, stage, sha);
}

export async function rechecked({ plan, work }: Passage, { name }: Stage): Promise<void> {
  const { repository, branch } = plan.deployedFrom;
  await work.base({ repository, branch, failed: [] }, `look again, before ${name}`);
}
