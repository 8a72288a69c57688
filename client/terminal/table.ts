/** Rows as lines whose cells stand beneath each other. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows.reduce<number[]>((widest, cells) => cells.map((cell, column) => Math.max(cell.length, widest[column] ?? 0)), []);
  return rows.map((cells) => cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd());
}
