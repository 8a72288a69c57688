import type { Sha } from '../../../domain/code/commit.ts';
import type { Passage } from '../../../workflows/stages/passage.ts';
import { passStage as passedBefore } from '../../../workflows/stages/stages.ts';
import { rechecked } from './guarded-stages.ts';
import type { Stage } from '../../../domain/stages/rules.ts';

export * from '../../../workflows/stages/stages.ts';

/** The same change as its author must not make it: releases that are under way can't replay it. */
export async function passStage(passage: Passage, stage: Stage, sha: Sha): Promise<Sha> {
  await rechecked(passage, stage);
  return passedBefore(passage, stage, sha);
}
