/** The known name that differs from `given` by the fewest edits, if one is near enough to be what was meant. */
export function nearestName(given: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((name) => ({ name, distance: editDistance(given.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best && best.distance <= Math.max(2, given.length / 3) ? best.name : undefined;
}

/** "unknown component "gitlay": did you mean "gitaly"? Known: gitaly, monitor" */
export function unknownName(noun: string, given: string, known: readonly string[]): string {
  const nearest = nearestName(given, known);
  const hint = nearest === undefined ? '' : `: did you mean "${nearest}"?`;
  return `unknown ${noun} "${given}"${hint}${hint ? '' : '.'} Known: ${known.join(', ') || 'none'}`;
}

/** Levenshtein distance, one row at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
