import type { Ports } from '../../../ports/ports.ts';
import { createDisclosing } from './disclosing.ts';
import { createPreparing } from './preparing.ts';
import { createReadiness } from './readiness.ts';

/** What security releases do. */
export function createSecurity(ports: Pick<Ports, 'catalog' | 'forge' | 'git' | 'releases' | 'readLagMs'>) {
  const { planSecurity, lookAtFix } = createReadiness(ports);
  const { prepareFix } = createPreparing(ports);
  return { planSecurity, lookAtFix, prepareFix, ...createDisclosing(ports) };
}
