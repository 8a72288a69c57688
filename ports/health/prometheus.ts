import { z } from 'zod';
import { settings } from '../adapter.ts';
import type { Variables } from '../adapter.ts';
import { addressOf, restService } from '../rest-service.ts';
import type { CheckOf, Health, HealthProbe } from './probe.ts';

export interface PrometheusSettings {
  /** Of Prometheus itself, or of anything that speaks its HTTP API. */
  readonly url: string;
  readonly token?: string | undefined;
  /** Longest wait for one answer, in ms. */
  readonly timeoutMs?: number | undefined;
}

/** [Unix time in s, the value as text: also "NaN", "+Inf"] */
const sample = z.tuple([z.number(), z.string()]);

const answer = z.object({
  data: z.discriminatedUnion('resultType', [
    z.object({ resultType: z.literal('vector'), result: z.array(z.object({ metric: z.record(z.string(), z.string()), value: sample.optional() })) }),
    z.object({ resultType: z.literal('scalar'), result: sample }),
    z.object({ resultType: z.literal('matrix') }),
    z.object({ resultType: z.literal('string') }),
  ]),
  /** Of a result that may lack data, as of a federated Prometheus that did not reach all others. */
  warnings: z.array(z.string()).optional(),
});

type QueryAnswer = z.output<typeof answer>;

interface Series {
  readonly name: string;
  readonly value: number;
}

/**
 * Asks Prometheus' HTTP API for the value of a query now.
 * @see https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries
 */
export function prometheusProbe({ url, token, timeoutMs = 10_000 }: PrometheusSettings): HealthProbe<CheckOf<'prometheus'>> {
  const prometheus = restService({ name: 'Prometheus', url, headers: token ? { authorization: `Bearer ${token}` } : {}, timeoutMs });

  async function ask(check: CheckOf<'prometheus'>): Promise<Health> {
    const asked = new URLSearchParams({ query: check.query, timeout: `${timeoutMs}ms` });
    const found = await prometheus.get(`/api/v1/query?${asked}`, answer);
    return found ? judge(check, found) : { kind: 'unknown', reason: `${addressOf(url).base} is no Prometheus` };
  }

  return { look: (check) => ask(check).catch((error: Error) => ({ kind: 'unknown', reason: error.message })) };
}

function judge(check: CheckOf<'prometheus'>, { data, warnings }: QueryAnswer): Health {
  if (warnings?.length) return { kind: 'unknown', reason: `${check.query}: Prometheus warns: ${warnings.join('; ')}` };
  const series = seriesOf(data, check.query);
  if (!series) return { kind: 'unknown', reason: `${check.query} gives a ${data.resultType}, not a value` };
  if (series.length === 0) return { kind: 'unknown', reason: `${check.query} gives no data` };
  const broken = series.map((one) => outOfBounds(check, one)).find((reason) => reason !== undefined);
  if (broken) return { kind: 'unhealthy', reason: broken };
  const empty = series.find(({ value }) => Number.isNaN(value));
  return empty ? { kind: 'unknown', reason: `${empty.name} is not a number` } : { kind: 'healthy' };
}

function seriesOf(data: QueryAnswer['data'], query: string): readonly Series[] | undefined {
  if (data.resultType === 'scalar') return [{ name: query, value: number(data.result) }];
  if (data.resultType !== 'vector') return undefined;
  return data.result.map(({ metric, value }) => ({ name: query + shownLabels(metric), value: value ? number(value) : Number.NaN }));
}

function outOfBounds({ min = -Infinity, max = Infinity }: CheckOf<'prometheus'>, { name, value }: Series): string | undefined {
  if (value > max) return `${name} is ${value}, above ${max}`;
  if (value < min) return `${name} is ${value}, below ${min}`;
  return undefined;
}

function number([, text]: z.output<typeof sample>): number {
  return Number(text.replace('Inf', 'Infinity'));
}

function shownLabels(metric: Readonly<Record<string, string>>): string {
  const labels = Object.entries(metric).filter(([name]) => name !== '__name__');
  return labels.length > 0 ? ` {${labels.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(', ')}}` : '';
}

export function fromEnvironment(environment: Variables): HealthProbe<CheckOf<'prometheus'>> {
  const { PROMETHEUS_URL, PROMETHEUS_TOKEN } = settings(environment, { PROMETHEUS_URL: z.url(), PROMETHEUS_TOKEN: z.string().min(1).optional() });
  return prometheusProbe({ url: PROMETHEUS_URL, token: PROMETHEUS_TOKEN });
}
