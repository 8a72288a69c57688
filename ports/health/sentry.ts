import { z } from 'zod';
import { settings } from '../adapter.ts';
import type { Variables } from '../adapter.ts';
import { restService } from '../rest-service.ts';
import type { CheckOf, Health, HealthProbe } from './probe.ts';

export interface SentrySettings {
  readonly url: string;
  readonly organization: string;
  /** With the scopes event:read and project:read. */
  readonly token: string;
  /** Longest wait for one answer, in ms. */
  readonly timeoutMs?: number | undefined;
}

const project = z.object({ id: z.string(), firstEvent: z.string().nullable() });
const issues = z.array(z.object({ shortId: z.string(), permalink: z.string().nullish() }));

const minuteMs = 60_000;

/**
 * Counts a project's issues. No issues are good news only from a project that reports at all.
 * @see https://docs.sentry.io/api/events/list-an-organizations-issues/
 */
export function sentryProbe({ url, organization, token, timeoutMs = 10_000 }: SentrySettings): HealthProbe<CheckOf<'sentry'>> {
  const sentry = restService({ name: 'Sentry', url, headers: { authorization: `Bearer ${token}` }, timeoutMs });
  const slug = encodeURIComponent(organization);

  async function ask({ project: name, query, seen, max }: CheckOf<'sentry'>): Promise<Health> {
    const reporting = await sentry.get(`/api/0/projects/${slug}/${encodeURIComponent(name)}/`, project);
    if (!reporting) return { kind: 'unknown', reason: `Sentry has no project "${name}", or hides it` };
    if (!reporting.firstEvent) return { kind: 'unknown', reason: `nothing has ever reported to Sentry's project "${name}"` };
    const statsPeriod = `${Math.max(1, Math.round(seen / minuteMs))}m`;
    const asked = new URLSearchParams({ project: reporting.id, query, statsPeriod, limit: String(max + 1) });
    const found = await sentry.get(`/api/0/organizations/${slug}/issues/?${asked}`, issues);
    if (!found) return { kind: 'unknown', reason: `Sentry has no organization "${organization}", or hides it` };
    if (found.length <= max) return { kind: 'healthy' };
    const named = found.slice(0, 3).map(({ shortId, permalink }) => (permalink ? `${shortId} ${permalink}` : shortId));
    return { kind: 'unhealthy', reason: `more than ${max} issues in ${name} (${query}): ${named.join(', ')}` };
  }

  return { look: (check) => ask(check).catch((error: Error) => ({ kind: 'unknown', reason: error.message })) };
}

export function fromEnvironment(environment: Variables): HealthProbe<CheckOf<'sentry'>> {
  const { SENTRY_URL, SENTRY_ORGANIZATION, SENTRY_TOKEN } = settings(environment, {
    SENTRY_URL: z.url().default('https://sentry.io'),
    SENTRY_ORGANIZATION: z.string().min(1),
    SENTRY_TOKEN: z.string().min(1),
  });
  return sentryProbe({ url: SENTRY_URL, organization: SENTRY_ORGANIZATION, token: SENTRY_TOKEN });
}
