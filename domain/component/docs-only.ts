/** Whether every path is documentation: `doc/` stands for what is below it, `*.md` for names that end so, anything else for one file. */
export function isDocsOnly(paths: readonly string[], patterns: readonly string[]): boolean {
  return paths.length > 0 && paths.every((path) => patterns.some((pattern) => matches(path, pattern)));
}

function matches(path: string, pattern: string): boolean {
  if (pattern.endsWith('/')) return path.startsWith(pattern);
  return pattern.startsWith('*') ? path.endsWith(pattern.slice(1)) : path === pattern;
}
