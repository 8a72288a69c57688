import { CancellationScope, log } from '@temporalio/workflow';
import type { Lease } from '../../domain/environments/environment.ts';
import { abandoned } from '../../domain/environments/environment.ts';
import { workAt } from '../release/work.ts';
import type { EnvironmentKeeper } from './keeper.ts';
import { isInterruption } from '../release/interruption.ts';
import { now } from '../release/status.ts';

/**
 * Follows whoever has an environment: a release that was terminated gives nothing back, nor does one that ends while its deployment
 * is in the air. Answers what to call after each change.
 */
export function followHolder(keeper: EnvironmentKeeper): () => void {
  let followed: { readonly fence: number; readonly scope: CancellationScope } | undefined;

  return function follow(): void {
    const { lease } = keeper.record();
    if (lease?.fence === followed?.fence) return;
    followed?.scope.cancel();
    followed = undefined;
    if (!lease) return;
    const scope = new CancellationScope();
    followed = { fence: lease.fence, scope };
    scope.run(() => gone(lease)).catch((failure: unknown) => {
      if (!isInterruption(failure)) log.error('the holder can not be followed', { release: lease.claim.release, failure });
    });
  };

  async function gone(lease: Lease): Promise<void> {
    const { claim } = lease;
    const last = await workAt(claim.pace).following.holderGone.executeWithOptions({ summary: claim.release }, [{ claim }]);
    keeper.enter(abandoned(keeper.record(), lease, last, now()));
  }
}
