import { DefaultLogger, Runtime } from '@temporalio/worker';
import type { LogEntry, LogLevel } from '@temporalio/worker';
import type { Level, Logger as Log } from 'pino';
import type { WorkerSettings } from './settings.ts';

const levels: Record<LogLevel, Level> = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' };

/**
 * Sets up what all workers of this process share, before anything of Temporal's is used: one JSON line an event, from the SDK, the
 * workflows and the activities alike; the SDK's metrics; an orderly end on SIGTERM.
 */
export function startRuntime({ logLevel, metricsAddress }: Pick<WorkerSettings, 'logLevel' | 'metricsAddress'>, log: Log): void {
  const write = ({ level, message, meta }: LogEntry) => log[levels[level]](meta ?? {}, message);
  Runtime.install({
    logger: new DefaultLogger(logLevel.toUpperCase() as LogLevel, write),
    shutdownSignals: ['SIGTERM', 'SIGINT'],
    telemetryOptions: {
      logging: { filter: { core: 'WARN', other: 'WARN' }, forward: {} },
      ...(metricsAddress && { metrics: { prometheus: { bindAddress: metricsAddress, countersTotalSuffix: true } } }),
    },
  });
}
