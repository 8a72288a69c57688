/** One look. Times are milliseconds since the epoch. */
export interface Sample {
  /** When it began to look: before `at`, where the look itself takes long. */
  readonly from?: number;
  readonly at: number;
  readonly healthy: boolean;
}

/** How much of a soak has been seen so far. Times are milliseconds. */
export interface Observation {
  readonly observedMs: number;
  /** When the last sample was taken, and whether it was healthy. */
  readonly lastAt: number;
  readonly lastHealthy: boolean;
  /** Since when no sample was healthy, and nobody looked away. */
  readonly unhealthySince?: number;
  /** Since when each sample was healthy, and nobody looked away. */
  readonly healthySince?: number;
}

/**
 * Adds a sample. Only the time between two healthy samples counts, and only if nobody was looking away for more than two
 * intervals: time without data is not healthy time. A look that takes long is no looking away.
 */
export function observe(before: Observation | undefined, sample: Sample, intervalMs: number): Observation {
  const gap = before ? sample.at - before.lastAt : 0;
  // Even a server's clock may be set back: nobody knows how long that was.
  const unbroken = !before || (gap >= 0 && (sample.from ?? sample.at) - before.lastAt <= 2 * intervalMs);
  const counts = before?.lastHealthy && sample.healthy && unbroken;
  return {
    observedMs: (before?.observedMs ?? 0) + (counts ? gap : 0),
    lastAt: sample.at,
    lastHealthy: sample.healthy,
    ...(sample.healthy ? { healthySince: (unbroken ? before?.healthySince : undefined) ?? sample.at } : { unhealthySince: (unbroken ? before?.unhealthySince : undefined) ?? sample.at }),
  };
}

/** How people believe that it is. */
export type KnownHealth = 'well' | 'sick';

/** Samples without data that are as bad as bad data: a single look may fail by itself. */
const blindSamples = 3;
/** Samples by which it is well again: what comes and goes with each look is told as one sickness. */
const wellSamples = 10;

/** What people are to be told of its health, if that is not what they know. What is bad is told by the first sample. */
export function newHealth(known: KnownHealth, now: Observation, { sick, sampleMs }: { readonly sick?: 'unhealthy' | 'unknown' | undefined; readonly sampleMs: number }): KnownHealth | undefined {
  if (known === 'sick') return now.healthySince !== undefined && now.lastAt - now.healthySince >= wellSamples * sampleMs ? 'well' : undefined;
  return sick === 'unhealthy' || (sick === 'unknown' && unhealthyMs(now) >= (blindSamples - 1) * sampleMs) ? 'sick' : undefined;
}

/** For how long, in ms, it has not been shown to be healthy. */
export function unhealthyMs({ unhealthySince, lastAt }: Observation): number {
  return unhealthySince === undefined ? 0 : lastAt - unhealthySince;
}
