import type { Ticket } from './ticket.ts';

/** The little of JQL that is asked here. */
export type Query =
  | { readonly kind: 'query'; readonly keys?: readonly string[]; readonly project?: string; readonly status?: string }
  | { readonly kind: 'invalid'; readonly message: string };

export function parseJql(text: string): Query {
  const [conditions = ''] = text.split(/\bORDER BY\b/i);
  const query: { kind: 'query'; keys?: readonly string[]; project?: string; status?: string } = { kind: 'query' };
  if (conditions.trim() === '') return { kind: 'invalid', message: 'Unbounded JQL queries are not allowed here. Please add a search restriction to your query.' };
  for (const condition of conditions.split(/\bAND\b/i).map((part) => part.trim())) {
    const [, field = '', list] = /^(\w+)\s+in\s+\((.*)\)$/i.exec(condition) ?? [];
    const [, name = '', value = ''] = /^(\w+)\s*=\s*(.*)$/.exec(condition) ?? [];
    if (field === 'key' && list !== undefined) query.keys = list.split(',').map(unquoted);
    else if (name === 'project') query.project = unquoted(value);
    else if (name === 'status') query.status = unquoted(value);
    else return { kind: 'invalid', message: `Error in the JQL Query: '${condition}' is not understood.` };
  }
  return query;
}

export function matches({ key, status }: Ticket, { keys, project, status: wanted }: Extract<Query, { kind: 'query' }>): boolean {
  return (keys?.includes(key) ?? true) && (project === undefined || key.startsWith(`${project}-`)) && (wanted === undefined || status.toLowerCase() === wanted.toLowerCase());
}

function unquoted(text: string): string {
  return text.trim().replace(/^"(.*)"$/, '$1').replaceAll(/\\(["\\])/g, '$1');
}
