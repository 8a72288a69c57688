import type { HealthCheck } from '../../domain/catalog.ts';

/** Looks at a running service once. */
export interface HealthProbe {
  look(check: HealthCheck): Promise<Health>;
}

/** `unknown` is not healthy: no data never passes a gate. */
export type Health =
  | { readonly kind: 'healthy' }
  | { readonly kind: 'unhealthy'; readonly reason: string }
  | { readonly kind: 'unknown'; readonly reason: string };
