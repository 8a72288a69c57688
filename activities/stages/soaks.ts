import { activityInfo, heartbeat } from '@temporalio/activity';
import type { HealthCheck } from '../../domain/stages/health-check.ts';
import { spoken } from '../../domain/text/duration.ts';
import type { Observation } from '../../domain/stages/soak.ts';
import { observe, unhealthyMs } from '../../domain/stages/soak.ts';
import { notYet } from '../../ports/failures.ts';
import { sickOf } from '../../ports/health/looks.ts';
import type { Ports } from '../../ports/ports.ts';
import { serverTime } from '../server-time.ts';

export interface Soak {
  readonly checks: readonly HealthCheck[];
  readonly soakMs: number;
  readonly sampleMs: number;
  /** What was observed before the soak was interrupted. */
  readonly observedMs?: number;
  /** It has failed when it was not shown to be healthy for so long; without a limit it goes on. */
  readonly unhealthyLimitMs?: number;
}

export function createSoaks({ health, holders }: Pick<Ports, 'health' | 'holders'>) {
  /**
   * Takes one sample; the time observed so far travels in the heartbeat details from attempt to attempt.
   * `failed` says why it has; nothing if it went well.
   *
   * @throws `NotYet` until enough healthy time was observed.
   */
  async function soak({ checks, soakMs, sampleMs, observedMs = 0, unhealthyLimitMs = Infinity }: Soak): Promise<{ failed?: string }> {
    const from = serverTime();
    const sick = await sickOf(health, checks);
    const before = activityInfo().heartbeatDetails as Observation | undefined;
    const sample = observe(before, { from, at: serverTime(), healthy: !sick }, sampleMs);
    const now = before ? sample : { ...sample, observedMs };
    if (now.observedMs >= soakMs) return {};
    const state = sick ? `${sick.kind}: ${sick.reason}` : 'healthy';
    if (unhealthyMs(now) >= unhealthyLimitMs) return { failed: `${state}, for ${spoken(unhealthyMs(now))}` };
    heartbeat(now);
    throw notYet(`${spoken(now.observedMs)} of ${spoken(soakMs)} observed; ${state}`);
  }

  /** How much the soak of this release has observed, while it is still sampling: undefined if it is not, or has said nothing yet. */
  async function observedSoFar(): Promise<number | undefined> {
    const { workflowId } = activityInfo().workflowExecution!;
    return ((await holders.heartbeatOf(workflowId, soak.name)) as Observation | undefined)?.observedMs;
  }

  return { soak, observedSoFar };
}
