import { pino, stdSerializers } from 'pino';
import type { Variables } from '../../ports/adapter.ts';
import { withoutSecrets } from './secrets.ts';

/** One JSON line an event on stdout, without the secrets that the process has. */
export function createLog(level: pino.Level, environment: Variables): pino.Logger {
  const { err } = stdSerializers;
  return pino({ level, serializers: { err, error: err, failure: err }, hooks: { streamWrite: withoutSecrets(environment) } });
}
