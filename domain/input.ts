import { z } from 'zod';
import { unknownName } from './nearest-name.ts';

export type Parsed<T> = { readonly kind: 'valid'; readonly value: T } | { readonly kind: 'invalid'; readonly message: string };

/**
 * Reads what a person typed into a form: one JSON object. The message of a refusal names the field, what was given, and
 * what is allowed, and ends with `example`, ready to paste.
 */
export function parseInput<T>(schema: z.ZodObject & z.ZodType<T>, input: unknown, example: object): Parsed<T> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return { kind: 'valid', value: parsed.data };
  const problems = isObject(input) ? parsed.error.issues.map((issue) => describe(issue, input, Object.keys(schema.shape))) : [`expected one JSON object, got ${shown(input)}`];
  return { kind: 'invalid', message: `${problems.join('; ')}. Send for example ${JSON.stringify(example)}` };
}

function describe(issue: z.core.$ZodIssue, input: Record<string, unknown>, allowed: readonly string[]): string {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownName('key', key, allowed)).join('; ');
  const field = issue.path.join('.');
  const given = issue.path.reduce<unknown>((value, key) => (isObject(value) ? value[String(key)] : undefined), input);
  if (given === undefined) return `"${field}" is missing`;
  return `"${field}" is ${shown(given)}: ${issue.message}`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
