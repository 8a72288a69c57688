import type { Ports } from '../../ports/ports.ts';
import { createBackports } from './backports.ts';
import { createCutting } from './cutting.ts';
import { createMergingBack } from './merging-back.ts';
import { createDownstream } from './downstream.ts';
import { createOwedChanges } from './owed-changes.ts';
import { createVersionPlanning } from './planning.ts';
import { createExperimental } from './packages/experimental.ts';
import { createPackages } from './packages/packages.ts';
import { createProductTags } from './product-tags.ts';
import { createPublishing } from './publishing.ts';
import { createSecurity } from './security/index.ts';

/** What version releases do. */
export function createVersions(ports: Pick<Ports, 'catalog' | 'environments' | 'forge' | 'git' | 'packages' | 'releases' | 'readLagMs'>) {
  return { ...createBackports(ports), ...createPackages(ports), ...createProductTags(ports), ...createVersionPlanning(ports), ...createCutting(ports), ...createMergingBack(ports), ...createOwedChanges(ports), ...createPublishing(ports), ...createSecurity(ports), ...createDownstream(ports), ...createExperimental(ports) };
}
