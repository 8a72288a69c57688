import type { Parsed } from '../text/input.ts';
import type { Day } from './day.ts';
import { daysFrom, isDay } from './day.ts';

/** What a production release is called: the day that it is made for and, from the second one of that day on, a number. */
export interface ReleaseName {
  /** As somebody wrote it. Compare names with `isSameName`: `.1` and `.01` are one. */
  readonly text: string;
  readonly day: Day;
  /** 0 where there is none. */
  readonly number: number;
}

/** Production deploys images of no other name. */
const releaseNamePattern = /^(\d{4}\.\d{2}\.\d{2})(?:\.(\d+))?$/;

/** Reads a name. Nothing is guessed: whatever production would not deploy is refused with the reason. */
export function parseReleaseName(text: string): Parsed<ReleaseName> {
  const [, day = '', number = '0'] = releaseNamePattern.exec(text) ?? [];
  if (!day) return { kind: 'invalid', message: `"${text}" is not a release's name: it must be a date such as "2024.09.01", or one with a number such as "2024.09.01.1"` };
  if (!isDay(day)) return { kind: 'invalid', message: `"${text}" is not a release's name: there is no day ${day}` };
  if (!Number.isSafeInteger(Number(number))) return { kind: 'invalid', message: `"${text}" is not a release's name: its number is too long` };
  return { kind: 'valid', value: { text, day, number: Number(number) } };
}

/** The names among these texts, in no new order. */
export function releaseNamesIn(texts: readonly string[]): ReleaseName[] {
  return texts.flatMap((text) => {
    const parsed = parseReleaseName(text);
    return parsed.kind === 'valid' ? [parsed.value] : [];
  });
}

/** By day, then by number: `.10` comes after `.9`. */
export function compareReleaseNames(a: ReleaseName, b: ReleaseName): number {
  return a.day === b.day ? a.number - b.number : a.day < b.day ? -1 : 1;
}

export function isSameName(a: ReleaseName, b: ReleaseName): boolean {
  return compareReleaseNames(a, b) === 0;
}

/** What the next release of a day is called. A hotfix continues the day of what it patches, even weeks later. */
export function nextReleaseName(day: Day, taken: readonly string[]): string {
  const numbers = releaseNamesIn(taken).filter((name) => name.day === day).map(({ number }) => number);
  return numbers.length === 0 ? day : `${day}.${Math.max(...numbers) + 1}`;
}

export interface NameRule {
  readonly today: Day;
  /** How many days a name may be away from today. */
  readonly nearDays: number;
  /** Names that exist: one of these that has a number may be older than that if what it continues was made in its time. */
  readonly taken?: readonly string[];
}

/**
 * Reads a name that a release is about to be given, or to be deployed by. It must be of a day near today: years have been mistyped,
 * and a release of 2013 would count as older than all others.
 */
export function checkReleaseName(text: string, { today, nearDays, taken = [] }: NameRule): Parsed<ReleaseName> {
  const parsed = parseReleaseName(text);
  if (parsed.kind === 'invalid') return parsed;
  const { day, number } = parsed.value;
  const away = daysFrom(today, day);
  if (Math.abs(away) <= nearDays) return parsed;
  const continues = number > 0 && away < 0 && releaseNamesIn(taken).some((name) => name.day === day && name.number < number);
  if (continues) return parsed;
  return { kind: 'invalid', message: `"${text}" is ${Math.abs(away)} days ${away < 0 ? 'before' : 'after'} today (${today}): a release's name must be within ${nearDays} days of it` };
}
