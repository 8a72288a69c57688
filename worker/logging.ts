import { DefaultLogger, Runtime } from '@temporalio/worker';
import type { LogEntry, LogLevel } from '@temporalio/worker';
import { pino } from 'pino';

const levels: Record<LogLevel, pino.Level> = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' };

/** One JSON line an event, from the SDK, the workflows and the activities alike. */
export function startLogging(level: pino.Level): pino.Logger {
  const logger = pino({ level });
  const write = ({ level, message, meta }: LogEntry) => logger[levels[level]](meta ?? {}, message);
  Runtime.install({ logger: new DefaultLogger(level.toUpperCase() as LogLevel, write), shutdownSignals: ['SIGTERM', 'SIGINT'] });
  return logger;
}
