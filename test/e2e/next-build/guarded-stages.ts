import { patched } from '@temporalio/workflow';
import type { Sha } from '../../../domain/candidate.ts';
import type { Stage } from '../../../domain/catalog.ts';
import type { Release } from '../../../workflows/release.ts';
import { passed as passedBefore } from '../../../workflows/stages.ts';

export * from '../../../workflows/stages.ts';

/** The next build's change to a step: no stage begins on a commit whose checks have turned red since the merge. */
export async function passed(release: Release, stage: Stage, sha: Sha): Promise<void> {
  if (patched('recheck-before-stage')) await rechecked(release, stage, sha);
  return passedBefore(release, stage, sha);
}

export async function rechecked({ plan, work }: Release, { name }: Stage, sha: Sha): Promise<void> {
  const { repository, requiredChecks: required } = plan.downstream;
  await work.polling.pipeline.executeWithOptions({ summary: `again, before ${name}` }, [{ repository, sha, required }]);
}
