import { z } from 'zod';
import { deferred } from './deferred.ts';

/** Longest name, in UTF-16 code units: of a person, a stage, a choice. */
const longestName = 200;
/** Longest reason. */
const longestSentence = 1_000;

/** What people call something, in a message or an input. One line: a line break in a login would forge what stands below it. */
export const oneLine = deferred(() => z.string().min(1).max(longestName).regex(/^[^\p{Cc}\u2028\u2029]*$/u, 'must be one line'));

/** What people add of their own accord; may be empty. */
export const remark = deferred(() => z.string().max(longestSentence));

/** Why somebody does something. */
export const sentence = deferred(() => remark.min(1));

/** The beginning of a text, at most `most` UTF-16 code units with the mark of what is left out. No character is cut in two: half of one can't be sent to Temporal. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  const end = most - 1;
  return `${text.slice(0, isHigh(text.charCodeAt(end - 1)) ? end - 1 : end)}…`;
}

function isHigh(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
