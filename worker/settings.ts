import { z } from 'zod';
import { settings } from '../ports/adapter.ts';
import type { Variables } from '../ports/adapter.ts';

const milliseconds = z.coerce.number().int().min(0);

/** The worker's own variables; each adapter reads its own besides. Documented in docs/configuration.md. */
export type WorkerSettings = ReturnType<typeof workerSettings>;

export function workerSettings(environment: Variables) {
  const read = settings(environment, {
    SLIPWAY_TASK_QUEUE: z.string().min(1).default('slipway'),
    SLIPWAY_CATALOG: z.string().min(1).default('slipway.yaml'),
    SLIPWAY_FORGE: z.string().min(1).default('github'),
    SLIPWAY_CHAT: z.string().min(1).default('slack'),
    SLIPWAY_FLAGS: z.string().min(1).default('gitlab'),
    SLIPWAY_ARTIFACTS: z.string().min(1).default('gcs'),
    SLIPWAY_REGISTRY: z.string().min(1).optional(),
    SLIPWAY_ISSUES: z.string().min(1).optional(),
    SLIPWAY_CLUSTER: z.string().min(1).optional(),
    SLIPWAY_RECORDS: z.string().min(1).optional(),
    SLIPWAY_READ_LAG_MS: milliseconds.default(30_000),
    SLIPWAY_DOUBT_MS: milliseconds.default(300_000),
    SLIPWAY_SILENCE_MS: milliseconds.default(300_000),
    SLIPWAY_SHUTDOWN_MS: milliseconds.default(30_000),
    SLIPWAY_STICKY_MS: milliseconds.default(10_000),
    SLIPWAY_DEPLOYMENT: z.string().min(1).default('slipway'),
    SLIPWAY_BUILD_ID: z.string().min(1).optional(),
    SLIPWAY_METRICS_ADDRESS: z.string().regex(/^[\w.]+:\d+$/, 'must be like "127.0.0.1:9464"').optional(),
    SLIPWAY_UI: z.url({ protocol: /^https?$/ }).optional(),
    SLIPWAY_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error']).default('info'),
  });
  return {
    taskQueue: read.SLIPWAY_TASK_QUEUE,
    catalog: read.SLIPWAY_CATALOG,
    forge: read.SLIPWAY_FORGE,
    chat: read.SLIPWAY_CHAT,
    flags: read.SLIPWAY_FLAGS,
    artifacts: read.SLIPWAY_ARTIFACTS,
    /** None of these three, where nothing is promoted to production. */
    registry: read.SLIPWAY_REGISTRY,
    issues: read.SLIPWAY_ISSUES,
    cluster: read.SLIPWAY_CLUSTER,
    /** A folder, or gs://bucket/folder: where what became of each release is kept. */
    records: read.SLIPWAY_RECORDS,
    /** How long lists of the forge and the chat may lag behind a write. */
    readLagMs: read.SLIPWAY_READ_LAG_MS,
    /** How long a service's no is doubted before people are asked about it. */
    doubtMs: read.SLIPWAY_DOUBT_MS,
    /** How long a service may not answer until people hear of it. */
    silenceMs: read.SLIPWAY_SILENCE_MS,
    /** How long activities may go on after SIGTERM. */
    shutdownMs: read.SLIPWAY_SHUTDOWN_MS,
    /** How long a workflow task waits for the worker that has the workflow in memory, before any other may take it. */
    stickyMs: read.SLIPWAY_STICKY_MS,
    /** Undefined where workers aren't versioned: then any of them takes any task. */
    build: read.SLIPWAY_BUILD_ID === undefined ? undefined : { deployment: read.SLIPWAY_DEPLOYMENT, id: read.SLIPWAY_BUILD_ID },
    /** host:port that Prometheus may scrape. */
    metricsAddress: read.SLIPWAY_METRICS_ADDRESS,
    /** Of the Temporal UI, which messages link to. */
    ui: read.SLIPWAY_UI,
    logLevel: read.SLIPWAY_LOG_LEVEL,
  } as const;
}
