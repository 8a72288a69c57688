import { log } from '@temporalio/workflow';
import type { GrantedLease } from '../../domain/environments/environment.ts';
import { abandoned } from '../../domain/environments/environment.ts';
import { workAt } from '../release/work.ts';
import type { EnvironmentKeeper } from './keeper.ts';
import { callable, isInterruption } from '../release/race.ts';
import { now } from '../release/status.ts';

/**
 * Follows whoever has an environment: a release that was terminated gives nothing back, nor does one that ends while its deployment
 * is in the air. Answers what to call after each change.
 */
export function followHolder(keeper: EnvironmentKeeper): () => void {
  let followed: { readonly fence: number; readonly callOff: () => void } | undefined;

  return function follow(): void {
    const { lease } = keeper.record();
    if (lease?.fence === followed?.fence) return;
    followed?.callOff();
    followed = undefined;
    if (!lease) return;
    const { callOff, run } = callable();
    followed = { fence: lease.fence, callOff };
    run(() => awaitEnd(lease)).catch((failure: unknown) => {
      if (!isInterruption(failure)) log.error('the holder can not be followed', { release: lease.claim.release, failure });
    });
  };

  async function awaitEnd(lease: GrantedLease): Promise<void> {
    const { claim } = lease;
    const last = await workAt(claim.pace).holderGone({ claim }, `follow ${claim.release}`);
    keeper.enter(abandoned(keeper.record(), lease, last, now()));
  }
}
