import type { Sha } from '../code/commit.ts';
import type { Observation } from '../stages/soak.ts';
import { observe } from '../stages/soak.ts';

/** One look at a flag that is on. */
export interface Look {
  /** When it began, in ms since 1970: before `at`, where it took long. */
  readonly from?: number;
  /** ms since 1970 */
  readonly at: number;
  /** What the flag reads as, where that is not what it was set to. */
  readonly strange?: string | undefined;
  /** What is deployed, as far as that is known, where it lacks the flag's code. */
  readonly rolledBack?: { readonly to?: Sha } | undefined;
  readonly sick?: { readonly kind: 'unhealthy' | 'unknown'; readonly reason: string } | undefined;
  /** While its environment is frozen the time does not count. */
  readonly frozen?: boolean;
  /** What must still happen besides the soak. */
  readonly pending?: string | undefined;
}

/** What is known from the looks so far. */
export interface Watched {
  readonly observation?: Observation;
  readonly strangeSince?: number;
  readonly unknownSince?: number;
  /** Until when those that are asked besides health want to be left alone. */
  readonly restUntil?: number;
}

export interface WatchRule {
  /** How long it must have been healthy to pass; without one it never does. */
  readonly soakMs?: number;
  readonly sampleMs: number;
  /** How long a read may lag behind a write: sooner than that, a strange value is not believed. */
  readonly lagMs: number;
}

export type WatchEnd = { readonly kind: 'passed' } | Trouble;

/** Why a flag can't stay as it is by itself. */
export type Trouble =
  | { readonly kind: 'unhealthy'; readonly reason: string }
  | { readonly kind: 'changed'; readonly to: string }
  | { readonly kind: 'rolledBack'; readonly to?: Sha };

/** No data for so many intervals is as bad as bad data; a single probe may fail by itself. */
const patience = 3;

/** Adds a look: either the watch ends with a finding, or it goes on from what is known now. */
export function watch(before: Watched, look: Look, { soakMs = Infinity, sampleMs, lagMs }: WatchRule): WatchEnd | { readonly kind: 'going'; readonly watched: Watched } {
  const strangeSince = look.strange === undefined ? undefined : (before.strangeSince ?? look.at);
  const unknownSince = look.sick?.kind === 'unknown' ? (before.unknownSince ?? look.at) : undefined;
  if (look.strange !== undefined && look.at - strangeSince! >= lagMs) return { kind: 'changed', to: look.strange };
  if (look.rolledBack !== undefined) return { kind: 'rolledBack', ...look.rolledBack };
  if (look.sick?.kind === 'unhealthy') return { kind: 'unhealthy', reason: look.sick.reason };
  if (look.sick && look.at - unknownSince! >= patience * sampleMs) return { kind: 'unhealthy', reason: `no data: ${look.sick.reason}` };

  const observation = observe(before.observation, { ...look, healthy: !look.sick && !look.frozen && look.strange === undefined }, sampleMs);
  if (observation.observedMs >= soakMs && observation.lastHealthy && look.pending === undefined) return { kind: 'passed' };
  return { kind: 'going', watched: { observation, ...(strangeSince !== undefined && { strangeSince }), ...(unknownSince !== undefined && { unknownSince }) } };
}
