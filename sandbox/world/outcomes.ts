/** How something slow will end: scripted by a test, else well. */
export interface Outcome {
  readonly result: string;
  /** Instead of the world's usual latency. */
  readonly afterMs?: number | undefined;
}

/** Scripts for deployments (by environment) and workflow runs (by workflow file). */
export interface Outcomes {
  /** @param times how often it applies before all is well again; for ever, if not given */
  script(subject: string, outcome: Outcome, times?: number): void;
  next(subject: string): Outcome;
}

export function createOutcomes(): Outcomes {
  const scripts = new Map<string, { outcome: Outcome; left: number }>();

  return {
    script(subject, outcome, times = Infinity) {
      scripts.set(subject, { outcome, left: times });
    },
    next(subject) {
      const script = scripts.get(subject);
      if (script === undefined || script.left === 0) return { result: 'success' };
      script.left -= 1;
      return script.outcome;
    },
  };
}
