import { activityInfo, heartbeat } from '@temporalio/activity';
import type { HealthCheck } from '../domain/health-check.ts';
import { spoken } from '../domain/duration.ts';
import type { Observation } from '../domain/soak.ts';
import { observe } from '../domain/soak.ts';
import { notYet } from './failures.ts';
import type { Health, HealthProbe } from './health/probe.ts';

export interface Soak {
  readonly checks: readonly HealthCheck[];
  readonly soakMs: number;
  readonly sampleMs: number;
}

export function createSoaks({ health }: { readonly health: HealthProbe }) {
  /**
   * Takes one sample; the time observed so far travels in the heartbeat details from attempt to attempt.
   * @throws `NotYet` until enough healthy time was observed.
   */
  async function soak({ checks, soakMs, sampleMs }: Soak): Promise<{ observedMs: number }> {
    const looks = await Promise.all(checks.map((check) => health.look(check)));
    const sick = looks.find((look): look is Exclude<Health, { kind: 'healthy' }> => look.kind !== 'healthy');
    const before = activityInfo().heartbeatDetails as Observation | undefined;
    const now = observe(before, { at: Date.now(), healthy: !sick }, sampleMs);
    if (now.observedMs >= soakMs) return { observedMs: now.observedMs };
    heartbeat(now);
    const state = sick ? `${sick.kind}: ${sick.reason}` : 'healthy';
    throw notYet(`${spoken(now.observedMs)} of ${spoken(soakMs)} observed; ${state}`);
  }

  return { soak };
}
