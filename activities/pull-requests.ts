import type { Ports } from './ports.ts';
import { createAmending } from './pull-requests/amending.ts';
import { createMerging } from './pull-requests/merging.ts';
import { createOpening } from './pull-requests/opening.ts';
import { createWithdrawing } from './pull-requests/withdrawing.ts';

/** The life of a version pull request, from its opening to its merge or its end. */
export function createPullRequests(ports: Pick<Ports, 'forge' | 'releases' | 'readLagMs'>) {
  return { ...createOpening(ports), ...createAmending(ports), ...createMerging(ports), ...createWithdrawing(ports) };
}
