import type { z } from 'zod';
import { nearestName, unknownName } from './nearest-name.ts';
import { cut } from './short-text.ts';

/** What is wrong with a piece of input: which one, what it must be, what was given, and what was probably meant. */
export interface Mistake {
  readonly path: readonly PropertyKey[];
  /** Whether the key itself is wrong or the value under it. */
  readonly at: 'key' | 'value';
  readonly message: string;
}

export type Checked<T> = { readonly kind: 'valid'; readonly value: T } | { readonly kind: 'invalid'; readonly mistakes: readonly Mistake[] };

/** Checks input that a person wrote (the catalog, a workflow's input) and says every mistake in the reader's words. */
export function check<S extends z.ZodType>(schema: S, input: unknown): Checked<z.output<S>> {
  const parsed = schema.safeParse(input, { error: expectation, reportInput: true });
  return parsed.success
    ? { kind: 'valid', value: parsed.data }
    : { kind: 'invalid', mistakes: parsed.error.issues.flatMap(mistakesOf) };
}

/** `source.mirror: must be "owner/name", not "gitaly"`; for the whole input just the message. */
export function mistakeLine({ path, message }: Mistake): string {
  return path.length > 0 ? `${path.map((key) => cut(String(key), 80)).join('.')}: ${message}` : message;
}

/** Of a mapping, those that are told one by one. */
const mostKeys = 10;

const nouns: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a mapping',
  record: 'a mapping',
  array: 'a list',
};

/** What would have been right. One line for each unknown key, as zod reports them together. */
function expectation(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${nouns[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `must be ${listed(issue.values)}`;
    case 'invalid_union':
      return Array.isArray(issue.options) ? `must be ${listed(issue.options)}` : undefined;
    case 'too_small':
      return sized(issue.origin) ? 'must not be empty' : `must be at least ${issue.minimum}`;
    case 'too_big':
      return sized(issue.origin) ? `must not be longer than ${issue.maximum}` : `must be at most ${issue.maximum}`;
    case 'invalid_format':
      return issue.format === 'url' ? 'must be an http or https URL' : undefined;
    case 'unrecognized_keys':
      return unknownKeys(issue);
    default:
      return undefined;
  }
}

/** What is said of a key that used to be right, by what stands under it. */
export type FormerKeys = Readonly<Record<string, (value: unknown) => string>>;

/** For a mapping that had other keys once: says of each where it is now, rather than that nobody knows it. */
export function formerly(former: FormerKeys) {
  return { error: (issue: z.core.$ZodRawIssue) => (issue.code === 'unrecognized_keys' ? unknownKeys(issue, former) : undefined) };
}

function unknownKeys(issue: z.core.$ZodRawIssue<z.core.$ZodIssueUnrecognizedKeys>, former: FormerKeys = {}): string {
  const given = Object(issue.input) as Record<string, unknown>;
  const told = (key: string) => (Object.hasOwn(former, key) ? former[key]!(given[key]) : unknownName('key', key, allowedKeys(issue)));
  return issue.keys.slice(0, mostKeys).map(told).join('\n');
}

function mistakesOf(issue: z.core.$ZodIssue): Mistake[] {
  const { path, message } = issue;
  switch (issue.code) {
    case 'unrecognized_keys': {
      const told = message.split('\n').map((line, index): Mistake => ({ path: [...path, issue.keys[index]!], at: 'key', message: line }));
      const more = issue.keys.length - told.length;
      return more > 0 ? [...told, { path, at: 'value', message: `and ${more} more unknown keys` }] : told;
    }
    case 'invalid_key':
      return [{ path, at: 'key', message: `the name ${issue.issues[0]?.message ?? message}` }];
    case 'invalid_union': {
      const input = issue.discriminator === undefined ? issue.input : Object(issue.input)[issue.discriminator];
      return [{ path, at: 'value', message: withGiven(message, input, 'options' in issue ? issue.options : undefined) }];
    }
    case 'invalid_value':
      return [{ path, at: 'value', message: withGiven(message, issue.input, issue.values) }];
    case 'too_small':
    case 'too_big':
      return [{ path, at: 'value', message: sized(issue.origin) ? message : withGiven(message, issue.input) }];
    case 'custom':
      return [{ path, at: 'value', message }];
    default:
      return [{ path, at: 'value', message: withGiven(message, issue.input) }];
  }
}

function withGiven(message: string, input: unknown, choices: readonly unknown[] = []): string {
  if (input === undefined) return `missing: ${message}`;
  const nearest = typeof input === 'string' ? nearestName(input, choices.map(String)) : undefined;
  return `${message}, not ${shown(input)}${nearest === undefined ? '' : `: did you mean "${nearest}"?`}`;
}

function shown(input: unknown): string {
  if (Array.isArray(input)) return 'a list';
  if (input === null) return 'nothing';
  if (typeof input === 'object') return 'a mapping';
  const text = typeof input === 'string' ? JSON.stringify(input) : String(input);
  return cut(text, 80);
}

function listed(choices: readonly unknown[]): string {
  return choices.length === 1 ? String(choices[0]) : `one of ${choices.join(', ')}`;
}

function sized(origin: string): boolean {
  return origin === 'string' || origin === 'array';
}

function allowedKeys({ inst }: z.core.$ZodRawIssue): string[] {
  return inst && 'shape' in inst._zod.def ? Object.keys(inst._zod.def.shape as object) : [];
}
