/** Titles and names are other people's text: they must not mention anybody, close issues, or end our marker. */
export function inert(text: string): string {
  return silent(text.replaceAll(/[\\`*_[\]~|]/g, (character) => `\\${character}`));
}

/** The same for text with links, which are to stay links. */
export function silent(text: string): string {
  return text
    .replaceAll('<', '&lt;')
    .replaceAll(/@(?=\w)/g, '@\u200b')
    .replaceAll(/#(?=\d)/g, '#\u200b');
}
