import type { z } from 'zod';
import { check, mistakeLine } from './mistakes.ts';
import { cut } from './short-text.ts';
import { unreadable } from './unreadable.ts';

export type Parsed<T> = { readonly kind: 'valid'; readonly value: T } | { readonly kind: 'invalid'; readonly message: string };

/** Longest account of mistakes, in UTF-16 code units. */
const longest = 1_000;

/**
 * Reads what a person typed into a form: one JSON object. The message of a refusal names the field, what was given, and
 * what is allowed, and ends with `example`, ready to paste.
 */
export function parseInput<T>(schema: z.ZodType<T>, input: unknown, example: object): Parsed<T> {
  const why = unreadable(input);
  if (why !== undefined) return { kind: 'invalid', message: cut(`it can't be read: ${why}`, longest) };
  const checked = check(schema, input);
  if (checked.kind === 'valid') return checked;
  const mistakes = isObject(input) ? checked.mistakes.map(mistakeLine) : [`expected one JSON object, got ${shown(input)}`];
  return { kind: 'invalid', message: `${cut(mistakes.join('; '), longest)}. Send for example ${JSON.stringify(example)}` };
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return cut(text, 80);
}
