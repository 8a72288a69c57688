import type { Ticket } from '../../domain/promotion/ticket.ts';

/**
 * A text in the Atlassian Document Format, in which a line of it is a paragraph. Nothing in it is markup.
 * @see https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/
 */
export function document(text: string, mention?: Ticket['assignee']): object {
  const lines = text.split('\n').filter((line) => line !== '');
  const asked = mention ? [{ type: 'mention', attrs: { id: mention.id, text: `@${mention.name}` } }, { type: 'text', text: ' ' }] : [];
  const content = lines.map((line, index) => ({ type: 'paragraph', content: [...(index === 0 ? asked : []), { type: 'text', text: line }] }));
  return { version: 1, type: 'doc', content };
}
