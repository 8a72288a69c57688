/** Something that runs in a cluster and can be restarted by itself. */
export interface Workload {
  readonly kind: 'Rollout' | 'Deployment';
  readonly namespace: string;
  readonly name: string;
}

/** What a cluster's controller says of an application. */
export interface ApplicationState {
  /** Where people look at it. */
  readonly url: string;
  /** Whether what runs is what should run. */
  readonly isSynced: boolean;
  /** "Healthy", "Progressing", "Degraded", … */
  readonly health: string;
  /** The last synchronisation, or the one under way. */
  readonly operation?: { readonly phase: 'running' | 'succeeded' | 'failed'; readonly startedAt: string; readonly message: string };
  /** What runs: `registry/name:tag`. */
  readonly images: readonly string[];
}

/**
 * What brings images to where they run. It does so by itself; Slipway only makes it look now, and restarts what must read its secrets anew.
 *
 * Failures are ApplicationFailures: `PermissionDenied` and `Refused` are never retried; `RateLimited` carries a delay; `Unavailable` means
 * that the outcome of a write is unknown.
 */
export interface Cluster {
  /** Undefined where there is no such application. */
  look(application: string): Promise<ApplicationState | undefined>;
  /** Starts a synchronisation. @throws a retryable `Unavailable` while one is under way */
  sync(application: string): Promise<void>;
  /** When a workload was last told to restart (ISO 8601); undefined where it never was. @throws `InvalidInput` where there is none of that name */
  restartedAt(application: string, workload: Workload): Promise<string | undefined>;
  /** Lets new pods take the place of the present ones. Not idempotent. */
  restart(application: string, workload: Workload): Promise<void>;
}
