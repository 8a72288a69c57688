import type { z } from 'zod';
import { check, mistakeLine } from './mistakes.ts';

export type Parsed<T> = { readonly kind: 'valid'; readonly value: T } | { readonly kind: 'invalid'; readonly message: string };

/**
 * Reads what a person typed into a form: one JSON object. The message of a refusal names the field, what was given, and
 * what is allowed, and ends with `example`, ready to paste.
 */
export function parseInput<T>(schema: z.ZodType<T>, input: unknown, example: object): Parsed<T> {
  const checked = check(schema, input);
  if (checked.kind === 'valid') return checked;
  const mistakes = isObject(input) ? checked.mistakes.map(mistakeLine) : [`expected one JSON object, got ${shown(input)}`];
  return { kind: 'invalid', message: `${mistakes.join('; ')}. Send for example ${JSON.stringify(example)}` };
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
