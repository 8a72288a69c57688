/** A day of the calendar, `2024.09.01`. Days of one form sort as text. */
export type Day = string;

const dayPattern = /^\d{4}\.\d{2}\.\d{2}$/;

const dayMs = 86_400_000;
const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const;

export type Weekday = (typeof weekdays)[number];

/** Which day the clocks of an IANA time zone show at `at` (ms since 1970). */
export function dayIn(zone: string, at: number): Day {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, calendar: 'gregory', numberingSystem: 'latn', year: 'numeric', month: '2-digit', day: '2-digit' });
  const shown = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
  return `${shown.year!.padStart(4, '0')}.${shown.month}.${shown.day}`;
}

/** Whether the calendar has it: 2024.02.30 is of the right form, and no day. */
export function isDay(text: string): boolean {
  return dayPattern.test(text) && !Number.isNaN(midnight(text));
}

export function weekdayOf(day: Day): Weekday {
  return weekdays[new Date(midnight(day)).getUTCDay()]!;
}

/** Monday to Friday. */
export function isWorkday(day: Day): boolean {
  return !['Saturday', 'Sunday'].includes(weekdayOf(day));
}

/** How many days `day` comes after `other`: negative when it comes before. */
export function daysFrom(other: Day, day: Day): number {
  return Math.round((midnight(day) - midnight(other)) / dayMs);
}

/** In UTC: days are counted, not hours, so that summer time makes none shorter. NaN for a day that doesn't exist. */
function midnight(day: Day): number {
  const iso = day.replaceAll('.', '-');
  const at = Date.parse(`${iso}T00:00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(iso) ? at : Number.NaN;
}
