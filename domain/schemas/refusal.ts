/** Why a schema release does not go on, and the files that somebody must look at. */
export interface SchemaRefusal {
  readonly kind: 'refused';
  readonly reason: string;
  readonly names: readonly string[];
}

const mostNames = 50;
const longestName = 300;

/** Names for people, and for a history: thousands of them would be too much for either. */
export function cut(names: readonly string[]): readonly string[] {
  const shown = names.slice(0, mostNames).map((name) => (name.length > longestName ? `${name.slice(0, longestName)}…` : name));
  return names.length > mostNames ? [...shown, `and ${names.length - mostNames} more`] : shown;
}

export function refusal(reason: string, names: readonly string[]): SchemaRefusal {
  return { kind: 'refused', reason, names: cut(names) };
}
