/** Those of `wanted` that are not there. */
export function missingLabels(wanted: readonly string[], there: readonly string[]): readonly string[] {
  return wanted.filter((label) => !there.some((other) => isSameLabel(other, label)));
}

export function isOfFamily(label: string, family: string): boolean {
  return label.toLowerCase().startsWith(family.toLowerCase());
}

/** A forge keeps a label's case and ignores it in comparing: asked for "release", it gives the repository's "Release". */
export function isSameLabel(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
