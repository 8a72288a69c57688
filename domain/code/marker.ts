/** Hidden in what Slipway writes where people write, too, so that it is recognised. */
export function marker(key: string): string {
  return `<!-- slipway: ${key} -->`;
}

/** The first key that is hidden in a text. */
export function markedKey(text: string): string | undefined {
  return /<!-- slipway: (\S+) -->/.exec(text)?.[1];
}
