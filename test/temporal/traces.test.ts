import { expect, it, vi } from 'vitest';
import { startTraces } from '../../temporal/traces.ts';

const loaded = vi.hoisted(() => ({ times: 0 }));
vi.mock('../../temporal/open-telemetry.ts', () => {
  loaded.times++;
  return { openTelemetry: (attributes: object) => attributes };
});

const collector = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' };

it.each([{}, { OTEL_EXPORTER_OTLP_ENDPOINT: '' }, { ...collector, OTEL_SDK_DISABLED: 'true' }, { ...collector, OTEL_TRACES_EXPORTER: 'none' }])(
  'OpenTelemetry is not even loaded with %j',
  async (environment) => {
    expect(await startTraces(environment, {})).toBeUndefined();
    expect(loaded.times).toBe(0);
  },
);

it('a protocol that is not there is refused', async () => {
  await expect(startTraces({ ...collector, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, {})).rejects.toThrow('OTEL_EXPORTER_OTLP_PROTOCOL: must be http/protobuf, not grpc');
});

it.each([collector, { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://127.0.0.1:4318/v1/traces' }])('OpenTelemetry is started with %j', async (environment) => {
  expect(await startTraces(environment, { 'service.name': 'slipway' })).toEqual({ 'service.name': 'slipway' });
});
