import { z } from 'zod';
import { unitMs } from './spoken.ts';

const pattern = /^(\d{1,6})(ms|s|m|h|d)$/;
const shape = 'must be a duration such as "90s", "30m", "2h" or "1d"';

/** A duration as people write it in the catalog ("90s", "30m", "2h", "1d"); parsed to milliseconds. */
export const duration = z
  .string(shape)
  .regex(pattern, shape)
  .transform((text) => {
    const [, amount, unit] = pattern.exec(text) ?? [];
    return Number(amount) * unitMs[unit as keyof typeof unitMs];
  });

/** Nothing may be asked or waited for in no time at all. */
export const interval = duration.refine((ms) => ms > 0, 'must be longer than nothing');
