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
    ...(!sample.healthy && { unhealthySince: (unbroken ? before?.unhealthySince : undefined) ?? sample.at }),
  };
}

/** For how long, in ms, it has not been shown to be healthy. */
export function unhealthyMs({ unhealthySince, lastAt }: Observation): number {
  return unhealthySince === undefined ? 0 : lastAt - unhealthySince;
}
