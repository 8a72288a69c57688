import { z } from 'zod';
import { interval } from '../text/duration.ts';

/** How often and how patiently remote systems are asked. The defaults suit GitHub; tests and demonstrations are faster. */
export const pace = z.strictObject({
  poll: interval.prefault('30s').describe('Between two looks at a pipeline or a deployment.'),
  patience: interval.prefault('15m').describe('How long a mirror may lag behind, or CI not report, before people are told.'),
  sample: interval.prefault('15s').describe('Between two health samples of a soak.'),
  attempt: interval.prefault('60s').describe('Longest run of one attempt of an activity.'),
  heartbeat: interval.prefault('10s').describe('A worker that is silent for this long is taken for dead.'),
  retry: interval.prefault('2s').describe('Before the first retry of a failed activity; doubled from there, up to thirty times as long.'),
});

export type Pace = z.output<typeof pace>;
