import { z } from 'zod';
import type { FreezeWindow } from './freeze.ts';

const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
const minuteMs = 60_000;
const dayMs = 86_400_000;

const localTime = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d$/, 'must be a local date and time such as "2026-12-19T17:00"')
  .refine((text) => !Number.isNaN(asUtc(text)), 'must be a day that exists');

const weekTime = z.string().regex(/^(sun|mon|tue|wed|thu|fri|sat) ([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of the week such as "fri 16:00"');
const reason = z.string().min(1).describe('Told to whoever waits for its end.');

/** An IANA time zone. */
export const timeZone = z.string().refine(isTimeZone, 'must be a time zone such as "Europe/Amsterdam"');

/** When nothing may be promoted to an environment. Times are those of the clocks in its time zone. */
export const freezeRule = z.discriminatedUnion('kind', [
  z
    .strictObject({ kind: z.literal('dates'), from: localTime, to: localTime, reason })
    .refine(({ from, to }) => from < to, { path: ['to'], message: 'must come after "from"' }),
  z
    .strictObject({ kind: z.literal('weekly'), from: weekTime, to: weekTime, reason })
    .refine(({ from, to }) => from !== to, { path: ['to'], message: 'must differ from "from"' }),
]);

export type FreezeRule = z.output<typeof freezeRule>;

/** The freezes that touch the time between `from` and `to` (ms since 1970), in order of their beginning. */
export function freezeWindows(rules: readonly FreezeRule[], zone: string, { from, to }: { readonly from: number; readonly to: number }): FreezeWindow[] {
  return rules
    .flatMap((rule) => [...stretches(rule, zone, { from, to })])
    .filter((window) => Date.parse(window.to) > from && Date.parse(window.from) < to)
    .toSorted((a, b) => a.from.localeCompare(b.from));
}

function* stretches(rule: FreezeRule, zone: string, { from, to }: { readonly from: number; readonly to: number }): Generator<FreezeWindow> {
  const window = (begin: number, end: number) => ({ from: instant(begin, zone), to: instant(end, zone), reason: rule.reason });
  if (rule.kind === 'dates') {
    yield window(asUtc(rule.from), asUtc(rule.to));
    return;
  }
  const begin = weekMinutes(rule.from);
  const length = (weekMinutes(rule.to) - begin + 7 * 1_440) % (7 * 1_440);
  for (let day = Math.floor(from / dayMs) * dayMs - 8 * dayMs; day < to + 2 * dayMs; day += dayMs) {
    if (new Date(day).getUTCDay() !== Math.floor(begin / 1_440)) continue;
    const start = day + (begin % 1_440) * minuteMs;
    yield window(start, start + length * minuteMs);
  }
}

function weekMinutes(text: string): number {
  const [day = '', time = ''] = text.split(' ');
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return weekdays.findIndex((name) => name === day) * 1_440 + hours * 60 + minutes;
}

/** A clock's reading as if it were UTC's; NaN for a day that does not exist. */
function asUtc(local: string): number {
  const at = Date.parse(`${local}:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(local) ? at : Number.NaN;
}

/** When clocks of the zone show this. A reading that summer time skips is taken for the one an hour later. */
function instant(local: number, zone: string): string {
  const guess = local - offsetAt(local, zone);
  return new Date(local - offsetAt(guess, zone)).toISOString();
}

/** How far the zone's clocks are ahead of UTC at that time, in ms. */
function offsetAt(at: number, zone: string): number {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' });
  const shown = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = shown;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1_000) * 1_000;
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name }).format();
    return true;
  } catch {
    return false;
  }
}
