import { fromMarkdown } from 'mdast-util-from-markdown';
import type { RootContent } from 'mdast';

/** Elements that show their text as code, as somebody else's, as struck out, folded up, or in a list or a table. Others make nothing of a line but its looks. */
const showing = new Set(['blockquote', 'code', 'del', 'details', 'dl', 'kbd', 'ol', 'pre', 'q', 's', 'samp', 'strike', 'table', 'tt', 'ul', 'var']);

/**
 * The lines that somebody says in a comment, as they wrote them: those of its paragraphs and headings. Code, quotes, lists, HTML, and what is struck out, show
 * what somebody could say, and code inside of a line begins none. Read as CommonMark has it, and GitHub's tables, footnotes and formulas, like the page on
 * which people see it.
 */
export function spokenLines(comment: string): readonly string[] {
  let open: readonly string[] = [];
  /** The last line of a footnote. */
  let noted: number | undefined;
  return fromMarkdown(comment).children.flatMap((block) => {
    const { start, end } = block.position!;
    const isNote = (block.type === 'definition' && block.label?.startsWith('^') === true) || (block.type === 'paragraph' && noted === start.line - 1);
    noted = isNote ? end.line : undefined;
    if (isNote) return [];
    if (block.type === 'html') open = openAfter(open, block.value);
    if (block.type !== 'paragraph' && block.type !== 'heading') return [];
    const read = linesOf(block, comment, open);
    ({ open } = read);
    return read.lines;
  });
}

/** @param before which elements are open that only show their text: nothing that begins in them is said */
function linesOf({ children }: Extract<RootContent, { type: 'paragraph' | 'heading' }>, comment: string, before: readonly string[]): { readonly lines: readonly string[]; readonly open: readonly string[] } {
  let open = before;
  const source = children.map((child) => {
    if (child.type === 'break') return open.length > 0 ? ' ' : '\n';
    const written = comment.slice(child.position!.start.offset, child.position!.end.offset);
    if (child.type === 'html') open = openAfter(open, child.value);
    if (child.type === 'html') return '';
    return child.type === 'text' && open.length === 0 ? written : onOneLine(written);
  });
  const text = source.join('').replaceAll(/(~~?|\$\$)(?=\S|\n)[^]*?\1/g, onOneLine);
  const isShown = before.length > 0 || /^\s*\[\^[^\]]+\]:/.test(text);
  return { lines: isShown ? [] : aboveTable(text.split('\n').map((line) => line.trim())), open };
}

function onOneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, ' ');
}

function openAfter(before: readonly string[], html: string): readonly string[] {
  let open = before;
  for (const [, end, name = ''] of html.replaceAll(/<!--[^]*?-->/g, '').matchAll(/<(\/?)([a-z][a-z0-9]*)[^>]*>/gi)) {
    const element = name.toLowerCase();
    if (end) open = open.toSpliced(open.includes(element) ? open.lastIndexOf(element) : open.length, 1);
    else if (showing.has(element)) open = [...open, element];
  }
  return open;
}

/** A line of dashes and bars makes a table of itself, of the line above it, and of all that follows. */
function aboveTable(lines: readonly string[]): readonly string[] {
  const dashes = lines.findIndex((line, index) => index > 0 && /[|:]/.test(line) && /^\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?$/.test(line));
  return dashes < 0 ? lines : lines.slice(0, dashes - 1);
}
