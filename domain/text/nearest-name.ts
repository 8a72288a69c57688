import { cut } from './short-text.ts';

/** Longest text that is taken for a mistyped name: the search takes its length times that of every known one. */
const longest = 100;

/** The known name that `given` was most likely meant to be, or undefined when none is near: the only one it begins, else the one fewest typos away. */
export function nearestName(given: string, known: readonly string[]): string | undefined {
  if (given.length > longest) return undefined;
  const typed = given.toLowerCase();
  const begun = known.filter((name) => typed.length > 1 && name.toLowerCase().startsWith(typed));
  if (begun.length === 1) return begun[0];
  const [best] = known
    .map((name) => ({ name, typos: typos(typed, name.toLowerCase()) }))
    .toSorted((a, b) => a.typos - b.typos);
  return best && best.typos <= Math.ceil(given.length * 0.4) && best.typos < best.name.length ? best.name : undefined;
}

/** `unknown component "gitlay": did you mean "gitaly"? Known: gitaly, monitor` */
export function unknownName(noun: string, given: string, known: readonly string[]): string {
  const nearest = nearestName(given, known);
  const hint = nearest === undefined ? '.' : `: did you mean "${nearest}"?`;
  return `unknown ${noun} "${cut(given, longest)}"${hint} Known: ${known.join(', ') || 'none'}`;
}

/** Letters added, left out, replaced or swapped with their neighbour (optimal string alignment), one row at a time. */
function typos(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? before[j - 2]! + 1 : Infinity;
      next.push(Math.min(replaced, swapped, row[j]! + 1, next[j - 1]! + 1));
    }
    before = row;
    row = next;
  }
  return row[b.length]!;
}
