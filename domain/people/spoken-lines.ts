import { fromMarkdown } from 'mdast-util-from-markdown';
import type { RootContent } from 'mdast';

/**
 * The lines that somebody says in a comment, as they wrote them: those of its paragraphs and headings. Code, quotes, lists and HTML show what
 * somebody could say, and code inside of a line begins none. Read as CommonMark has it, like the page on which people see it.
 */
export function spokenLines(comment: string): readonly string[] {
  return fromMarkdown(comment).children.flatMap((block) => (block.type === 'paragraph' || block.type === 'heading' ? linesOf(block, comment) : []));
}

function linesOf({ children }: Extract<RootContent, { type: 'paragraph' | 'heading' }>, comment: string): readonly string[] {
  const source = children.map((child) => {
    if (child.type === 'break') return '\n';
    const written = comment.slice(child.position!.start.offset, child.position!.end.offset);
    if (child.type === 'text') return written;
    return child.type === 'html' ? '' : written.replaceAll(/\s*\n\s*/g, ' ');
  });
  return source.join('').split('\n').map((line) => line.trim());
}
