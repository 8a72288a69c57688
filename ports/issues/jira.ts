import { ApplicationFailure } from '@temporalio/common';
import { z } from 'zod';
import type { IssueKey } from '../../domain/promotion/issue-keys.ts';
import type { Ticket } from '../../domain/promotion/ticket.ts';
import { isStatus } from '../../domain/promotion/ticket.ts';
import { settings } from '../adapter.ts';
import type { Variables } from '../adapter.ts';
import { neverRetry, tryAgain } from '../failures.ts';
import { restService } from '../rest-service.ts';
import { document } from './adf.ts';
import type { IssueTracker } from './tracker.ts';

export interface JiraSettings {
  /** Of the site: `https://your-company.atlassian.net`. */
  readonly url: string;
  /** Of the account whose token it is. */
  readonly email: string;
  readonly token: string;
  /** Longest wait for one answer, in ms. */
  readonly timeoutMs?: number | undefined;
}

/** Without naming them, a search answers with ids only. */
const fields = ['summary', 'status', 'assignee'];
const person = z.object({ accountId: z.string(), displayName: z.string() });
const issue = z.object({ key: z.string(), fields: z.object({ summary: z.string(), status: z.object({ name: z.string() }), assignee: person.nullish() }) });
const page = z.object({ issues: z.array(issue).default([]), nextPageToken: z.string().nullish() });
const transitions = z.object({ transitions: z.array(z.object({ id: z.string(), to: z.object({ name: z.string() }) })) });
const comments = z.object({ total: z.number(), comments: z.array(z.object({ properties: z.array(z.object({ key: z.string(), value: z.unknown() })).nullish() })) });

/** The property of a comment that names it; people don't see it. */
const property = 'slipway';
const mostComments = 100;
/** A search takes so many keys at once. */
const mostKeys = 100;

/**
 * Jira Cloud, by its REST API.
 * @see https://developer.atlassian.com/cloud/jira/platform/rest/v3/
 */
export function connectJira({ url, email, token, timeoutMs }: JiraSettings): IssueTracker {
  const site = url.replace(/\/+$/, '');
  const authorization = `Basic ${Buffer.from(`${email}:${token}`).toString('base64')}`;
  const jira = restService({ name: 'Jira', url: `${site}/rest/api/3`, headers: { authorization }, timeoutMs });

  const ticket = ({ key, fields: { summary, status, assignee } }: z.output<typeof issue>): Ticket => ({
    key,
    title: summary,
    url: `${site}/browse/${key}`,
    status: status.name,
    ...(assignee && { assignee: { id: assignee.accountId, name: assignee.displayName } }),
  });

  async function read(key: IssueKey): Promise<Ticket | undefined> {
    const found = await jira.get(`/issue/${encodeURIComponent(key)}?fields=${fields.join(',')}`, issue);
    return found && ticket(found);
  }

  /** A page that is short is not the last: only one without a token is. */
  async function search(jql: string): Promise<readonly Ticket[]> {
    const found: Ticket[] = [];
    for (let token: string | null | undefined; ; ) {
      const { issues, nextPageToken } = jira.parse(page, await ask(jql, token));
      found.push(...issues.map(ticket));
      if (!nextPageToken) return found;
      token = nextPageToken;
    }
  }

  function ask(jql: string, token: string | null | undefined): Promise<unknown> {
    return jira.ask('/search/jql', { jql, fields, maxResults: mostKeys, ...(token && { nextPageToken: token }) });
  }

  async function openTransitions(key: IssueKey) {
    const found = await jira.get(`/issue/${encodeURIComponent(key)}/transitions`, transitions);
    return found?.transitions ?? [];
  }

  return {
    read,

    async find(keys) {
      const found: Ticket[] = [];
      for (let from = 0; from < keys.length; from += mostKeys) found.push(...(await findSome(keys.slice(from, from + mostKeys))));
      return found;
    },

    list: (project, status) => search(`project = ${quoted(project)} AND status = ${quoted(status)} ORDER BY key`),

    targets: async (key) => (await openTransitions(key)).map(({ to }) => to.name),

    async move(key, status) {
      const open = await openTransitions(key);
      const transition = open.find(({ to }) => isStatus(to.name, status));
      if (!transition) throw neverRetry('InvalidInput', `${key} can't be moved to "${status}" now: ${open.length > 0 ? `only to ${open.map(({ to }) => to.name).join(', ')}` : 'no transition is open, or the account may not'}`, { reason: 'it is not shown' });
      await write(`/issue/${encodeURIComponent(key)}/transitions`, { transition: { id: transition.id } });
    },

    async hasComment(key, name) {
      for (let startAt = 0; ; startAt += mostComments) {
        const found = await jira.get(`/issue/${encodeURIComponent(key)}/comment?expand=properties&orderBy=-created&startAt=${startAt}&maxResults=${mostComments}`, comments);
        if (!found) return false;
        if (found.comments.some(({ properties }) => properties?.some((each) => each.key === property && each.value === name))) return true;
        if (found.comments.length === 0 || startAt + found.comments.length >= found.total) return false;
      }
    },

    async comment(key, { name, text, ask: asked }) {
      await write(`/issue/${encodeURIComponent(key)}/comment`, { body: document(text, asked), properties: [{ key: property, value: name }] });
    },
  };

  /** A search for a key that there is not fails as a whole: then each is asked for by itself. */
  async function findSome(keys: readonly IssueKey[]): Promise<readonly Ticket[]> {
    try {
      return await search(`key in (${keys.map(quoted).join(', ')})`);
    } catch (failure) {
      if (!(failure instanceof ApplicationFailure) || failure.type !== 'Refused') throw failure;
      const found: (Ticket | undefined)[] = [];
      for (const key of keys) found.push(await read(key));
      return found.filter((each) => each !== undefined);
    }
  }

  /** Somebody else is writing to the same issue: that passes. */
  async function write(path: string, body: object): Promise<void> {
    try {
      await jira.send('POST', path, body);
    } catch (failure) {
      if (!(failure instanceof ApplicationFailure) || failure.type !== 'Conflict') throw failure;
      throw tryAgain('Unavailable', failure.message);
    }
  }
}

/** As a text of JQL. */
function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
}

export function fromEnvironment(environment: Variables): IssueTracker {
  const { JIRA_URL, JIRA_EMAIL, JIRA_TOKEN } = settings(environment, { JIRA_URL: z.url(), JIRA_EMAIL: z.string().min(1), JIRA_TOKEN: z.string().min(1) });
  return connectJira({ url: JIRA_URL, email: JIRA_EMAIL, token: JIRA_TOKEN });
}
