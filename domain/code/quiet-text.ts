import { cut } from '../text/short-text.ts';

/** Longest body of a pull request, an issue or a comment that the forge takes, in characters. */
export const longestBody = 65_536;
/** Longest title that it takes. */
export const longestTitle = 256;

/** Between two characters it keeps the forge from seeing what they make together; nobody sees it. */
const gap = '\u200b';

/**
 * Titles and names are other people's text: on one line, they must not mention anybody, link to or close issues, be formatted, or end our marker.
 *
 * @param most longest text that is taken of them, in characters
 */
export function inert(text: string, most = 200): string {
  const line = cut(text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim(), most);
  return silent(line.replaceAll(/\b(https?|ftp):(?=\/\/)/gi, `$1:${gap}`).replaceAll(/\bwww\.(?=\w)/gi, `www${gap}.`)).replaceAll(/[\\`*_[\]~|!]/g, (character) => `\\${character}`);
}

/** The same for text with links, which are to stay links: a word before one must not close what it leads to. */
export function silent(text: string): string {
  return text
    .replaceAll(/&(?=#?\w+;)/g, '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(/@(?=\w)/g, `@${gap}`)
    .replaceAll(/#(?=\d)/g, `#${gap}`)
    .replaceAll(/\b(GH)-(?=\d)/gi, `$1${gap}-`)
    .replaceAll(/\b(close[sd]?|fix(?:e[sd])?|resolve[sd]?)(?=:?\s*https?:\/\/)/gi, `$1${gap}`);
}

/** A body that the forge takes: what is too much of it is cut off before the markers at its end, by which it is recognised. */
export function fittingBody(body: string): string {
  if (body.length <= longestBody) return body;
  const [markers = ''] = /(?:\n<!-- [^\n]* -->)*\s*$/.exec(body) ?? [];
  return cut(body.slice(0, body.length - markers.length), longestBody - markers.length) + markers;
}

export function fittingTitle(title: string): string {
  return cut(title.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim(), longestTitle);
}
