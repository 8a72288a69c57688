import { CancellationScope, log } from '@temporalio/workflow';
import type { Lease } from '../domain/environment.ts';
import { left } from '../domain/environment.ts';
import { workAt } from './activities.ts';
import type { EnvironmentKeeper } from './environment-keeper.ts';
import { isInterruption } from './interruption.ts';
import { now } from './status.ts';

/**
 * While somebody waits for an environment, follows whoever has it: a release that was terminated gives nothing back. Answers
 * what to call after each change.
 */
export function followHolder(keeper: EnvironmentKeeper): () => void {
  let followed: { readonly fence: number; readonly scope: CancellationScope } | undefined;

  return function follow(): void {
    const { lease, queue } = keeper.record();
    const fence = queue.length > 0 ? lease?.fence : undefined;
    if (fence === followed?.fence) return;
    followed?.scope.cancel();
    followed = undefined;
    if (!lease || fence === undefined) return;
    const scope = new CancellationScope();
    followed = { fence, scope };
    scope.run(() => gone(lease)).catch((failure: unknown) => {
      if (!isInterruption(failure)) log.error('the holder can not be followed', { release: lease.claim.release, failure });
    });
  };

  async function gone({ claim, fence }: Lease): Promise<void> {
    const { component, candidate, sha, release, key, environment } = claim;
    const last = await workAt(claim.pace).following.holderGone.executeWithOptions({ summary: release }, [{ claim }]);
    if (keeper.record().lease?.fence !== fence) return;
    const runs = last === 'succeeded' ? { candidate, sha, release, since: now() } : undefined;
    keeper.enter(left(keeper.record(), { environment, key, component, ...(runs && { runs }) }, now()));
  }
}
