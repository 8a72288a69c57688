import { z } from 'zod';

const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
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

/** Milliseconds as people say them, in the two largest units: 90,000 is "1 min 30 s". */
export function spoken(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  const units = [
    ['d', unitMs.d],
    ['h', unitMs.h],
    ['min', unitMs.m],
    ['s', unitMs.s],
  ] as const;
  const parts: string[] = [];
  let rest = ms;
  for (const [name, size] of units) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count} ${name}`);
  }
  return parts.slice(0, 2).join(' ');
}

/** Nothing may be asked or waited for in no time at all. */
export const interval = duration.refine((ms) => ms > 0, 'must be longer than nothing');
