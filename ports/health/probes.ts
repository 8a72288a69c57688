import type { Variables } from '../adapter.ts';
import type { HealthCheck } from '../../domain/stages/health-check.ts';
import * as adapters from './index.ts';
import type { CheckOf, HealthProbe } from './probe.ts';

/** There is an adapter for every kind of check that the catalog knows. */
const probes: { readonly [Kind in HealthCheck['kind']]: { fromEnvironment(environment: Variables): HealthProbe<CheckOf<Kind>> } } = adapters;

/** Looks by whatever kind of check it is given. What the environment lacks for a kind is told by the checks of that kind: they are never healthy. */
export function connectProbes(environment: Variables): HealthProbe {
  return {
    async look(check) {
      try {
        return await (probes[check.kind].fromEnvironment(environment) as HealthProbe).look(check);
      } catch (error) {
        return { kind: 'unknown', reason: error instanceof Error ? error.message : String(error) };
      }
    },
  };
}
