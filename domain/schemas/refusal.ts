import { cut } from '../text/short-text.ts';

/** Why a schema release does not go on, and the files that somebody must look at. */
export interface SchemaRefusal {
  readonly kind: 'refused';
  readonly reason: string;
  readonly names: readonly string[];
}

const mostNames = 50;
const longestName = 300;

/** Names for people, and for a history: thousands of them would be too much for either. */
export function shown(names: readonly string[]): readonly string[] {
  const first = names.slice(0, mostNames).map((name) => cut(name, longestName));
  return names.length > mostNames ? [...first, `and ${names.length - mostNames} more`] : first;
}

export function refusal(reason: string, names: readonly string[]): SchemaRefusal {
  return { kind: 'refused', reason, names: shown(names) };
}
