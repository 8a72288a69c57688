import { activityInfo, heartbeat } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { FlagSetting } from '../../domain/flags/setting.ts';
import { shownSetting } from '../../domain/flags/setting.ts';
import type { WatchEnd, Watched } from '../../domain/flags/watch.ts';
import { watch } from '../../domain/flags/watch.ts';
import type { HealthCheck } from '../../domain/stages/health-check.ts';
import type { CodeQuestion } from '../environments/deployed-code.ts';
import { readDeployedCode } from '../environments/deployed-code.ts';
import { neverRetry, notYet, tryAgain } from '../../ports/failures.ts';
import type { FlagReading } from '../../ports/flags/backend.ts';
import type { Repository } from '../../domain/code/repository.ts';
import { sickOf } from '../../ports/health/looks.ts';
import type { Sick } from '../../ports/health/probe.ts';
import { freezeOf } from '../environments/freezes.ts';
import type { Ports } from '../../ports/ports.ts';
import { beating } from '../../ports/pulse.ts';
import { ageMs, serverTime } from '../server-time.ts';

export interface FlagPlace {
  readonly environment: string;
  readonly flag: string;
}

export interface FlagWatch extends FlagPlace {
  readonly expected: FlagSetting;
  readonly checks: readonly HealthCheck[];
  /** Without one it is watched until something is wrong. */
  readonly soakMs?: number;
  readonly sampleMs: number;
  /** The code that must stay deployed. */
  readonly code?: CodeQuestion;
  /** A CI workflow of which a run must have passed since then (ISO 8601). */
  readonly smoke?: { readonly repository: Repository; readonly workflow: string; readonly since: string };
}

export type RolloutPorts = Pick<Ports, 'catalog' | 'forge' | 'environments' | 'flags' | 'health'>;

export function createRollouts(ports: RolloutPorts) {
  const { forge, flags, health } = ports;
  const deployedCode = readDeployedCode(ports);

  /** @throws `Conflict` for a flag that has gates which Slipway does not set */
  async function readFlag({ environment, flag }: FlagPlace): Promise<FlagSetting> {
    const reading = await flags(environment).read(flag);
    if (reading.kind === 'plain') return reading.setting;
    throw neverRetry('Conflict', `${flag} in ${environment} has gates that Slipway doesn't set (${reading.gates.join(', ')}): remove them first`);
  }

  /** @returns what the flag is now @throws `Conflict` when somebody else has set it */
  async function setFlag({ environment, flag, from, to }: FlagPlace & { readonly from: FlagSetting; readonly to: FlagSetting }): Promise<FlagSetting> {
    const backend = flags(environment);
    try {
      return await backend.set({ flag, from, to });
    } catch (failure) {
      throw believed(failure, backend.lagMs);
    }
  }

  /** Puts a flag back to what it was, if it still is what the rollout made of it: `ours`, the likeliest first. */
  async function restoreFlag({ environment, flag, ours, to }: FlagPlace & { readonly ours: readonly FlagSetting[]; readonly to: FlagSetting }): Promise<{ readonly left?: string }> {
    const reading = await flags(environment).read(flag);
    const from = ours.find((setting) => reading.kind === 'plain' && reading.setting === setting) ?? ours[0]!;
    try {
      await setFlag({ environment, flag, from, to });
      return {};
    } catch (failure) {
      if (isConflict(failure)) return { left: shownReading(reading) };
      throw failure;
    }
  }

  /**
   * Looks once at a flag that is on; what is known from the looks before travels in the heartbeat details. A service that can't be
   * asked does not hide that the step is ill; but no time counts meanwhile.
   * @throws `NotYet` while there is nothing to say
   */
  async function watchFlag(rules: FlagWatch): Promise<WatchEnd> {
    const { checks, soakMs } = rules;
    const before = (activityInfo().heartbeatDetails as Watched | undefined) ?? {};
    const from = serverTime();
    const [ill, seen] = await Promise.all([sickOf(health, checks), lookBesides(rules, before).catch((failure: unknown) => ({ failure }))]);
    const at = serverTime();
    const blind = 'failure' in seen;
    const sick = blind ? ill : (seen.failed ?? ill);
    const look = blind ? { from, at, sick, frozen: true } : { ...seen, from, at, sick, frozen: seen.frozen !== undefined };
    const finding = watch(before, look, { ...rules, lagMs: flags(rules.environment).lagMs });
    if (finding.kind !== 'going') return finding;
    heartbeat({ ...finding.watched, ...(blind && restUntil(seen.failure)) } satisfies Watched);
    if (blind) throw atTheNextLook(seen.failure);
    const standing = [sick && `${sick.kind}: ${sick.reason}`, seen.frozen].filter((why) => why !== undefined).map((why) => `; ${why}`);
    throw notYet(`${finding.watched.observation?.observedMs ?? 0}${soakMs === undefined ? '' : ` of ${soakMs}`} ms observed${standing.join('')}`);
  }

  /** What there is to see of a flag besides health. */
  async function lookBesides({ environment, flag, expected, code, smoke }: FlagWatch, { restUntil: until = 0 }: Watched) {
    const restMs = until - serverTime();
    if (restMs > 0) throw tryAgain('RateLimited', `a service wants to be left alone until ${new Date(until).toISOString()}`, { afterMs: restMs });
    const [reading, answer, run, frozen] = await Promise.all([
      flags(environment).read(flag),
      code && deployedCode(code),
      smoke && forge.workflowRuns.newest(smoke.repository, smoke.workflow, smoke.since),
      freezeOf(ports, environment),
    ]);
    return {
      strange: reading.kind === 'plain' && reading.setting === expected ? undefined : shownReading(reading),
      rolledBack: answer?.kind === 'undeployed' ? { ...(answer.at && { to: answer.at }) } : undefined,
      failed: run?.state === 'failed' ? ({ kind: 'unhealthy', reason: `the smoke run failed: ${run.url}` } satisfies Sick) : undefined,
      pending: smoke && run?.state !== 'succeeded' ? 'a smoke run' : undefined,
      frozen,
    };
  }

  return { readFlag, watchFlag, setFlag: beating(setFlag), restoreFlag: beating(restoreFlag) };
}

/** A read may lag behind our own write of a moment ago: sooner than that, a strange value is not somebody else's. */
function believed(failure: unknown, lagMs: number): unknown {
  if (!isConflict(failure) || ageMs() >= lagMs) return failure;
  return tryAgain('Unavailable', failure.message);
}

function isConflict(failure: unknown): failure is ApplicationFailure {
  return failure instanceof ApplicationFailure && failure.type === 'Conflict';
}

/** How long the others are left alone, where one of them asked for it. */
function restUntil(failure: unknown): Pick<Watched, 'restUntil'> | undefined {
  const restMs = failure instanceof ApplicationFailure ? Number(failure.nextRetryDelay ?? 0) : 0;
  return restMs > 0 ? { restUntil: serverTime() + restMs } : undefined;
}

/** Whoever wants to be left alone must not keep the next look at health waiting. */
function atTheNextLook(failure: unknown): unknown {
  return restUntil(failure) ? tryAgain('RateLimited', (failure as Error).message) : failure;
}

function shownReading(reading: FlagReading): string {
  return reading.kind === 'plain' ? shownSetting(reading.setting) : reading.gates.join(', ');
}
