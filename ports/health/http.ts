import type { CheckOf, Health, HealthProbe } from './probe.ts';

/**
 * Asks a service's address. Redirects are not followed, so that a service can't send the probe elsewhere and a login page
 * doesn't pass for health.
 */
export function httpProbe({ timeoutMs = 5_000 }: { readonly timeoutMs?: number } = {}): HealthProbe<CheckOf<'http'>> {
  return { look: (check) => ask(check, timeoutMs) };
}

async function ask({ url }: CheckOf<'http'>, timeoutMs: number): Promise<Health> {
  try {
    const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(timeoutMs) });
    await response.body?.cancel();
    if (response.ok) return { kind: 'healthy' };
    const location = response.headers.get('location');
    return { kind: 'unhealthy', reason: `${url} answered ${response.status}${location ? `, a redirect to ${location}` : ''}` };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return { kind: 'unknown', reason: `${url} did not answer: ${cause instanceof Error ? cause.message : String(cause)}` };
  }
}

export function fromEnvironment(): HealthProbe<CheckOf<'http'>> {
  return httpProbe();
}
