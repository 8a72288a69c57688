import { setTimeout as sleep } from 'node:timers/promises';
import { activityInfo } from '@temporalio/activity';
import type { HealthCheck } from '../../domain/stages/health-check.ts';
import type { Health, HealthProbe, Sick } from './probe.ts';

/** Looks once by every check: the worst that was found, or nothing if all is healthy. */
export async function sickOf(health: HealthProbe, checks: readonly HealthCheck[]): Promise<Sick | undefined> {
  const looks = await Promise.all(checks.map((check) => lookInTime(health, check)));
  const sick = looks.filter((look) => look.kind !== 'healthy');
  return sick.find(({ kind }) => kind === 'unhealthy') ?? sick[0];
}

/** A service that keeps silent must not take the attempt's whole time, and with it what the looks before have found. */
async function lookInTime(health: HealthProbe, check: HealthCheck): Promise<Health> {
  const patienceMs = activityInfo().startToCloseTimeoutMs / 2;
  const given = new AbortController();
  const late = sleep(patienceMs, { kind: 'unknown', reason: `the ${check.kind} check did not answer within ${patienceMs} ms` } as const, { signal: given.signal });
  late.catch(() => undefined);
  try {
    return await Promise.race([health.look(check), late]);
  } finally {
    given.abort();
  }
}
