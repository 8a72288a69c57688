import type { HealthCheck } from '../../domain/stages/health-check.ts';

/** Looks at a running service once; an adapter does so by one kind of check. */
export interface HealthProbe<Check extends HealthCheck = HealthCheck> {
  look(check: Check): Promise<Health>;
}

export type CheckOf<Kind extends HealthCheck['kind']> = Extract<HealthCheck, { readonly kind: Kind }>;

export type Health = { readonly kind: 'healthy' } | Sick;

/** `unknown` is not healthy: no data never passes a gate. */
export interface Sick {
  readonly kind: 'unhealthy' | 'unknown';
  readonly reason: string;
}
