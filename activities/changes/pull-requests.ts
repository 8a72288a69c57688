import type { Ports } from '../../ports/ports.ts';
import { createAmending } from '../component/amending.ts';
import { createMerging } from './merging.ts';
import { createOpening } from '../component/opening.ts';
import { createWithdrawing } from '../component/withdrawing.ts';

/** The life of a version pull request, from its opening to its merge or its end. */
export function createPullRequests(ports: Pick<Ports, 'forge' | 'releases' | 'readLagMs'>) {
  return { ...createOpening(ports), ...createAmending(ports), ...createMerging(ports), ...createWithdrawing(ports) };
}
