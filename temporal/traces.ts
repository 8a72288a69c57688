import type { Variables } from '../ports/adapter.ts';
import type { Traces } from './open-telemetry.ts';

/**
 * Starts to export traces, where OpenTelemetry's own variables name a collector. Otherwise nothing of it is even loaded.
 *
 * @param attributes of the process, besides those of OTEL_RESOURCE_ATTRIBUTES
 * @throws an Error for a protocol other than http/protobuf
 */
export async function startTraces(environment: Variables, attributes: Readonly<Record<string, string>>): Promise<Traces | undefined> {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: all, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: own, OTEL_SDK_DISABLED: disabled, OTEL_TRACES_EXPORTER: exporter = 'otlp' } = environment;
  if (!(all || own) || disabled === 'true' || exporter !== 'otlp') return undefined;
  const protocol = environment.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL || environment.OTEL_EXPORTER_OTLP_PROTOCOL || 'http/protobuf';
  if (protocol !== 'http/protobuf') throw new Error(`OTEL_EXPORTER_OTLP_PROTOCOL: must be http/protobuf, not ${protocol}`);
  const { openTelemetry } = await import('./open-telemetry.ts');
  return openTelemetry(attributes);
}
