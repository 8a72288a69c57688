import { CancellationScope } from '@temporalio/workflow';
import type { FixOutcome } from '../../../domain/promotion/outcome.ts';
import { awaitStage, bringBack, release, takeBack } from './steps.ts';
import type { Fix } from './session.ts';

/** The course of a stage fix, and of a hotfix: out with what is not to go, to production, and back with it. @param tested waits until somebody has seen it work on stage */
export async function run(fix: Fix, tested: () => Promise<void> = async () => undefined): Promise<FixOutcome> {
  const { plan } = fix;
  const taken = await takeBack(fix);
  const sha = await awaitStage(fix, [...(plan.hotfix ? [plan.hotfix.pull.mergeSha] : []), ...taken.map(({ by }) => by.sha)]);
  await tested();
  const why = await release(fix, sha);
  if (why !== undefined) return { kind: 'fixFailed', release: plan.release, why, reverted: taken.map(({ pull }) => pull.number) };
  const back = await CancellationScope.nonCancellable(() => bringBack(fix, taken));
  return { kind: 'fixed', release: plan.release, ...back };
}
