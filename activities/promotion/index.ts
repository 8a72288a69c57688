import type { Ports } from '../../ports/ports.ts';
import { createFixPlanning } from './fix-planning.ts';
import { createPreReleasePlanning } from './planning.ts';
import { createPreReleases } from './pre-releases.ts';
import { createProductionGates } from './production/gates.ts';
import { createLatest } from './production/latest.ts';
import { createOrigins } from './production/origin.ts';
import { createProductionPlanning } from './production/planning.ts';
import { createQaGate } from './production/qa.ts';
import { createRestarts } from './production/restarts.ts';
import { createTickets } from './production/tickets.ts';
import { createReverts } from './reverts.ts';
import { createStageWatch } from './stage-watch.ts';

/** What gets a component's commits from stage to production. */
export function createPromotion(ports: Ports) {
  return {
    ...createPreReleasePlanning(ports),
    ...createPreReleases(ports),
    ...createProductionPlanning(ports),
    ...createOrigins(ports),
    ...createQaGate(ports),
    ...createLatest(ports),
    ...createProductionGates(ports),
    ...createTickets(ports),
    ...createRestarts(ports),
    ...createFixPlanning(ports),
    ...createReverts(ports),
    ...createStageWatch(ports),
  };
}
