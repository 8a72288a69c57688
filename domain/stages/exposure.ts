/**
 * How long something is watched: always as long, or the longer the fewer see it. 1 % for 10 hours tells as much as 10 % for one,
 * so `percentHours` of 10 is 2 h at 5 %, 24 min at 25 % and 12 min at 50 %, kept within `minMs` and `maxMs`.
 */
export type SoakRule =
  | { readonly kind: 'time'; readonly ms: number }
  | { readonly kind: 'exposure'; readonly percentHours: number; readonly minMs: number; readonly maxMs: number };

const hourMs = 3_600_000;

/** Milliseconds for which it is watched when so many percent see it; 0 where nobody does. */
export function soakMsAt(percent: number, rule: SoakRule): number {
  if (percent === 0) return 0;
  if (rule.kind === 'time') return rule.ms;
  const ms = Math.round((rule.percentHours / percent) * hourMs);
  return Math.min(Math.max(ms, rule.minMs), rule.maxMs);
}
