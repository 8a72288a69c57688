import type { Workload } from '../../../ports/cluster/cluster.ts';
import { neverRetry } from '../../../ports/failures.ts';
import type { Ports } from '../../../ports/ports.ts';
import { beating } from '../../../ports/pulse.ts';
import { effect } from '../../effect.ts';

export interface Restart {
  readonly application: string;
  readonly workload: Workload;
  /** When it was told to restart the last time (ISO 8601), as the cluster said before. */
  readonly before?: string | undefined;
}

/** Restarts what must read its secrets anew. */
export function createRestarts({ cluster }: Pick<Ports, 'cluster'>) {
  /** @throws `InvalidInput` where there is no such workload, or the worker has no cluster */
  async function lastRestart({ application, workload }: Omit<Restart, 'before'>): Promise<string | undefined> {
    return reached().restartedAt(application, workload);
  }

  /** Once: a restart by somebody else since then is as good. The cluster's clock is compared with nothing but itself. @returns when (ISO 8601) */
  async function restartWorkload({ application, workload, before }: Restart): Promise<string> {
    const there = reached();
    return effect<string>({
      key: `restart ${application} ${workload.name} after ${before ?? 'never'}`,
      lagMs: 2_000,
      async probe() {
        const at = await there.restartedAt(application, workload);
        return at === before ? undefined : at;
      },
      act: () => there.restart(application, workload),
    });
  }

  function reached() {
    if (!cluster) throw neverRetry('InvalidInput', 'the worker has no cluster: set SLIPWAY_CLUSTER, see docs/adapters.md');
    return cluster;
  }

  return { lastRestart, restartWorkload: beating(restartWorkload) };
}
