import { cut } from '../text/short-text.ts';

/** Longest body of a pull request, an issue or a comment that the forge takes, in characters. */
export const longestBody = 65_536;
/** Longest text of a release. */
export const longestNotes = 125_000;
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
  // What follows it, in a text of ours, may be a link. A word alone is a heading.
  const apart = line.replaceAll(/(?<=\s)\b(close[sd]?|fix(?:e[sd])?|resolve[sd]?)(?=:?\s*$)/gi, `$1${gap}`);
  return silent(apart.replaceAll(/\b(https?|ftp):(?=\/\/)/gi, `$1:${gap}`).replaceAll(/\bwww\.(?=\w)/gi, `www${gap}.`)).replaceAll(/[\\`*_[\]~|!]/g, (character) => `\\${character}`);
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

/** Closes no issue, also where it becomes the message of a commit: a title is shown as it is, so that nothing of it is escaped. */
function unclosing(title: string): string {
  return title.replaceAll(/\b(close[sd]?|fix(?:e[sd])?|resolve[sd]?)(?=:?\s+(?:(?:[\w.-]+\/[\w.-]+)?#|GH-)\d|:?\s*https?:\/\/)/gi, `$1${gap}`);
}

/** A body that the forge takes: what is too much of it is cut off before the markers at its end, by which it is recognised. */
export function fittingBody(body: string, most = longestBody): string {
  if (body.length <= most) return body;
  const [markers = ''] = /(?:\n<!-- [^\n]* -->)*\s*$/.exec(body) ?? [];
  const text = body.slice(0, body.length - markers.length);
  const whole = cut(text, most - markers.length);
  const end = closingFence(whole);
  return (end === '' ? whole : cut(text, most - markers.length - end.length) + end) + markers;
}

/** What ends the code that a text which was cut off is in: else all that follows would be code. */
function closingFence(text: string): string {
  let open: string | undefined;
  for (const [, fence = '', info = ''] of text.matchAll(/^ {0,3}(`{3,}|~{3,})([^\n]*)$/gm)) {
    if (open === undefined) open = fence.startsWith('`') && info.includes('`') ? undefined : fence;
    else if (fence.startsWith(open) && info.trim() === '') open = undefined;
  }
  return open === undefined ? '' : `\n${open}`;
}

export function fittingTitle(title: string): string {
  return cut(unclosing(title.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim()), longestTitle);
}
