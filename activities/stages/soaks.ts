import { activityInfo, heartbeat } from '@temporalio/activity';
import type { HealthCheck } from '../../domain/stages/health-check.ts';
import { spoken } from '../../domain/text/spoken.ts';
import type { KnownHealth, Observation } from '../../domain/stages/soak.ts';
import { newHealth, observe, unhealthyMs } from '../../domain/stages/soak.ts';
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
  /** What was observed before people were told of its health. */
  readonly before?: Observation;
  /** How people believe that it is: the watch ends when that has changed. */
  readonly known?: KnownHealth;
  /** It has failed when it was not shown to be healthy for so long; without a limit it goes on. */
  readonly unhealthyLimitMs?: number;
}

/** Enough was observed; or it has failed; or there is something to tell of its health. */
export type SoakEnd = { readonly failed?: string } | { readonly turned: KnownHealth; readonly why?: string; readonly observation: Observation };

export function createSoaks({ health, holders }: Pick<Ports, 'health' | 'holders'>) {
  /**
   * Takes one sample; the time observed so far travels in the heartbeat details from attempt to attempt.
   * `failed` says why it has; nothing if it went well. `turned` says that its health is not what people know.
   *
   * @throws `NotYet` until enough healthy time was observed.
   */
  async function soak({ checks, soakMs, sampleMs, observedMs = 0, before: given, known, unhealthyLimitMs = Infinity }: Soak): Promise<SoakEnd> {
    const from = serverTime();
    const sick = await sickOf(health, checks);
    const before = (activityInfo().heartbeatDetails as Observation | undefined) ?? given;
    const sample = observe(before, { from, at: serverTime(), healthy: !sick }, sampleMs);
    const now = before ? sample : { ...sample, observedMs };
    if (now.observedMs >= soakMs) return {};
    const state = sick ? `${sick.kind}: ${sick.reason}` : 'healthy';
    if (unhealthyMs(now) >= unhealthyLimitMs) return { failed: `${state}, for ${spoken(unhealthyMs(now))}` };
    const turned = known && newHealth(known, now, { sick: sick?.kind, sampleMs });
    if (turned) return { turned, ...(sick && { why: state }), observation: now };
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
