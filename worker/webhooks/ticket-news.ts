import { z } from 'zod';
import type { Reading } from './news.ts';

const issueEvent = z.object({ webhookEvent: z.string().max(100), issue: z.object({ key: z.string().regex(/^[A-Z][A-Z0-9_]*-\d+$/) }) });

/** What concerns the QA of a release: that a ticket has another status, or was made, or is gone. */
const heard = new Set(['jira:issue_updated', 'jira:issue_created', 'jira:issue_deleted']);

/**
 * Reads what Jira says has happened to a ticket.
 *
 * @see https://developer.atlassian.com/cloud/jira/platform/webhooks/
 */
export function readTicketNews(payload: unknown): Reading {
  const named = z.object({ webhookEvent: z.string() }).safeParse(payload);
  if (!named.success) return { kind: 'malformed' };
  const { webhookEvent: event } = named.data;
  if (!heard.has(event)) return { kind: 'nothing' };
  const { success, data } = issueEvent.safeParse(payload);
  if (!success) return { kind: 'malformed' };
  const { key } = data.issue;
  const project = key.slice(0, key.lastIndexOf('-'));
  return { kind: 'news', news: { event, repository: `tickets of ${project}`, what: `${event} ${key}`, branches: [], project } };
}
