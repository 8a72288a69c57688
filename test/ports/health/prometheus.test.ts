import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { prometheusProbe } from '../../../ports/health/prometheus.ts';
import { json, scriptedServer } from '../scripted-server.ts';
import { startPrometheus } from './prometheus-server.ts';
import type { PrometheusServer } from './prometheus-server.ts';

interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

describe('on a real Prometheus', () => {
  let prometheus: PrometheusServer;
  beforeAll(async () => {
    prometheus = await startPrometheus();
  });
  afterAll(() => prometheus?.stop());

  const look = (query: string, bounds: Bounds) => prometheusProbe({ url: prometheus.url }).look({ kind: 'prometheus', query, ...bounds });

  test('a value within its bounds is healthy', async () => {
    await prometheus.expose('errors{code="Internal"} 0.01\nrequests 250\n');
    expect(await look('errors', { max: 0.05 })).toEqual({ kind: 'healthy' });
    expect(await look('requests', { min: 100, max: 1000 })).toEqual({ kind: 'healthy' });
    expect(await look('scalar(requests)', { min: 100 })).toEqual({ kind: 'healthy' });
    expect(await look('errors{code="Internal"} * 5', { max: 0.05 })).toEqual({ kind: 'healthy' });
  });

  test('one series out of bounds among many is unhealthy, and is named', async () => {
    await prometheus.expose('errors{code="Internal"} 0.01\nerrors{code="Unavailable"} 0.13\n');
    expect(await look('sum by (code) (errors)', { max: 0.05 })).toEqual({
      kind: 'unhealthy',
      reason: 'sum by (code) (errors) {code="Unavailable"} is 0.13, above 0.05',
    });
  });

  test('a value below its minimum is unhealthy', async () => {
    await prometheus.expose('requests 3\n');
    expect(await look('sum(requests)', { min: 100 })).toEqual({ kind: 'unhealthy', reason: 'sum(requests) is 3, below 100' });
  });

  test('infinity is above every bound', async () => {
    await prometheus.expose('errors 1\nrequests 0\n');
    expect(await look('sum(errors) / sum(requests)', { max: 0.05 })).toMatchObject({ kind: 'unhealthy', reason: expect.stringContaining('Infinity') });
  });

  test('a metric that does not exist is not healthy', async () => {
    expect(await look('no_such_metric', { max: 0.05 })).toEqual({ kind: 'unknown', reason: 'no_such_metric gives no data' });
  });

  test('a metric that has gone is not healthy', async () => {
    await prometheus.expose('leaving 0\n');
    expect(await look('leaving', { max: 0.05 })).toEqual({ kind: 'healthy' });
    await prometheus.expose('staying 0\n');
    expect(await look('leaving', { max: 0.05 })).toEqual({ kind: 'unknown', reason: 'leaving gives no data' });
  });

  test('nothing divided by nothing is not healthy', async () => {
    await prometheus.expose('errors 0\nrequests 0\n');
    expect(await look('sum(errors) / sum(requests)', { max: 0.05 })).toEqual({ kind: 'unknown', reason: 'sum(errors) / sum(requests) is not a number' });
    expect(await look('scalar(no_such_metric)', { max: 0.05 })).toEqual({ kind: 'unknown', reason: 'scalar(no_such_metric) is not a number' });
  });

  test('a comparison that is false gives no data, and so is not healthy', async () => {
    await prometheus.expose('errors 0\n');
    expect(await look('errors > 5', { max: 0 })).toMatchObject({ kind: 'unknown' });
  });

  test.each([
    ['errors[5m]', 'gives a matrix, not a value'],
    ['"healthy"', 'gives a string, not a value'],
    ['sum(', 'parse error'],
  ])('%s is not healthy, and the reason is told', async (query, reason) => {
    expect(await look(query, { max: 0 })).toMatchObject({ kind: 'unknown', reason: expect.stringContaining(reason) });
  });
});

describe('a Prometheus', () => {
  const settled = { status: 'success', data: { resultType: 'vector', result: [{ metric: {}, value: [1, '0'] }] } };

  test.each([
    ['that warns of data it could not get', 200, { ...settled, warnings: ['no store available'] }, 'no store available'],
    ['that is down', 503, {}, 'answered with 503'],
    ['that lets nobody in', 403, { error: 'no' }, 'answered with 403: no'],
    ['that is something else', 200, { status: 'ok' }, 'unknown shape'],
    ['that is not there', 404, {}, 'is no Prometheus'],
    ['that has a histogram for a value', 200, { data: { resultType: 'vector', result: [{ metric: {}, histogram: [1, {}] }] } }, 'is not a number'],
  ])('%s is not healthy', async (_, status, body, reason) => {
    const server = await scriptedServer((request, response) => json(response, status, body));
    const health = await prometheusProbe({ url: server.url, token: 'secret' }).look({ kind: 'prometheus', query: 'errors', max: 0 });
    expect(health).toMatchObject({ kind: 'unknown', reason: expect.stringContaining(reason) });
    expect(server.seen[0]?.headers.authorization).toBe('Bearer secret');
    await server.close();
  });

  test('that does not answer in time is not healthy', async () => {
    const server = await scriptedServer(() => {});
    const health = await prometheusProbe({ url: server.url, timeoutMs: 100 }).look({ kind: 'prometheus', query: 'errors', max: 0 });
    expect(health).toMatchObject({ kind: 'unknown', reason: expect.stringContaining('does not answer') });
    await server.close();
  });
});
