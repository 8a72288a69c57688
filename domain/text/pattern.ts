/** A text as a regular expression that finds it, and nothing else. */
export function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

/** Whether a name is one of these; a `*` in a pattern stands for any text, slashes included. */
export function matcherOf(patterns: readonly string[] = []): (name: string) => boolean {
  const all = patterns.map((pattern) => new RegExp(`^${pattern.split('*').map(literally).join('[^]*')}$`));
  return (name) => all.some((one) => one.test(name));
}
