import { z } from 'zod';
import { duration } from '../text/duration.ts';

/** A duration, or by exposure. */
export const soakRule = z.union([
  duration.transform((ms) => ({ kind: 'time' as const, ms })),
  z
    .strictObject({
      percentHours: z.number().positive().describe('10 is 2 h at 5 %, 24 min at 25 %, 12 min at 50 %.'),
      min: duration.prefault('5m'),
      max: duration.prefault('1d'),
    })
    .refine(({ min, max }) => min <= max, '"min" must not be longer than "max"')
    .transform(({ percentHours, min, max }) => ({ kind: 'exposure' as const, percentHours, minMs: min, maxMs: max })),
], 'must be a duration such as "90s", "30m", "2h" or "1d", or "percentHours" with "min" and "max"');
