import { json, parseJson } from '../http/exchange.ts';
import { effect, unchanged, write } from '../http/write.ts';
import { matches, parseJql } from './jql.ts';
import { statuses } from './ticket.ts';
import type { Exchange, Reply } from '../http/exchange.ts';
import type { World } from '../world/state.ts';
import type { Visit } from '../http/visit.ts';
import type { Ticket } from './ticket.ts';

/** Whose token it is. */
const accounts: Readonly<Record<string, string>> = { 'slipway@example.com:jira-token': 'slipway' };

/** Fewer than were asked for: a short page is not the last. */
const longestPage = 25;

/**
 * Jira Cloud's REST API, as far as releases need it (https://developer.atlassian.com/cloud/jira/platform/rest/v3/). Searches lag behind
 * writes where a test says so; an issue itself doesn't.
 */
export function visitJira(world: World, exchange: Exchange, path: string): Visit {
  const below = path.replace(/^\/rest\/api\/3/, '').split('?')[0] ?? '';
  const [, key] = /^\/issue\/([^/]+)/.exec(below) ?? [];
  const template = key === undefined ? below : below.replace(/^\/issue\/[^/]+/, '/issue/{issueIdOrKey}');
  const route = `${exchange.method} /jira${template}`;
  const login = accounts[Buffer.from(String(exchange.headers.authorization ?? '').replace(/^Basic /i, ''), 'base64').toString()];
  const call = { world, exchange, key: decodeURIComponent(key ?? ''), login: login ?? '', origin: { method: exchange.method, route, scope: 'jira' } };

  async function answer(): Promise<Reply> {
    if (login === undefined) return json(401, { errorMessages: ['Client must be authenticated to access this resource.'], errors: {} });
    if (path.startsWith('/rest/api/3/search?') || below === '/search') return json(410, { errorMessages: ['The requested API has been removed. Please migrate to the /rest/api/3/search/jql API.'], errors: {} });
    return handlers[`${exchange.method} ${template}`]?.(call) ?? json(404, { errorMessages: ['Not Found'], errors: {} });
  }

  return {
    route, operation: '', credential: login ?? '', scope: 'jira', answer,
    fault: ({ action }) =>
      action.kind === 'fail'
        ? { status: action.status, headers: action.headers ?? {}, body: action.body ?? { errorMessages: [`${action.status} planned fault`], errors: {} } }
        : { status: 429, headers: { 'retry-after': String(action.retryAfterSeconds) }, body: { errorMessages: ['Rate limit exceeded.'], errors: {} } },
  };
}

interface Call {
  readonly world: World;
  readonly exchange: Exchange;
  readonly key: string;
  readonly login: string;
  readonly origin: Parameters<typeof write>[1];
}

const handlers: Readonly<Record<string, (call: Call) => Reply | Promise<Reply>>> = {
  'POST /search/jql': search,
  'GET /issue/{issueIdOrKey}': (call) => withTicket(call, (ticket) => json(200, render(call, ticket, (call.exchange.query.get('fields') ?? '*all').split(',')))),
  'GET /issue/{issueIdOrKey}/transitions': (call) => withTicket(call, (ticket) => json(200, { expand: 'transitions', transitions: transitionsOf(ticket) })),
  'POST /issue/{issueIdOrKey}/transitions': move,
  'GET /issue/{issueIdOrKey}/comment': (call) => withTicket(call, (ticket) => listComments(call, ticket)),
  'POST /issue/{issueIdOrKey}/comment': comment,
};

function refused(...errorMessages: readonly string[]): Reply {
  return json(400, { errorMessages, errors: {} });
}

function withTicket(call: Call, act: (ticket: Ticket) => Reply | Promise<Reply>): Reply | Promise<Reply> {
  const ticket = call.world.state.tickets.get(call.key);
  return ticket ? act(ticket) : json(404, { errorMessages: ['Issue does not exist or you do not have permission to see it.'], errors: {} });
}

/** By an index that lags behind. */
function search(call: Call): Reply {
  const { jql = '', fields = ['id'], maxResults = 50, nextPageToken } = parseJson(call.exchange) as { jql?: string; fields?: readonly string[]; maxResults?: number; nextPageToken?: string };
  const { tickets } = call.world.replicas.view('jira');
  const query = parseJql(jql);
  if (query.kind === 'invalid') return refused(query.message);
  const unknown = query.keys?.find((key) => !tickets.has(key));
  if (unknown !== undefined) return refused(`An issue with key '${unknown}' does not exist for field 'key'.`);
  const found = [...tickets.values()].filter((ticket) => matches(ticket, query)).toSorted((a, b) => (a.key < b.key ? -1 : 1));
  const from = nextPageToken === undefined ? 0 : Number(Buffer.from(nextPageToken, 'base64url').toString());
  const end = from + Math.min(maxResults, longestPage);
  const issues = found.slice(from, end).map((ticket) => (fields.length === 1 && fields[0] === 'id' ? { id: ticket.id } : render(call, ticket, fields)));
  const isLast = end >= found.length;
  return json(200, { issues, isLast, ...(!isLast && { nextPageToken: Buffer.from(String(end)).toString('base64url') }) });
}

function transitionsOf({ status, closed }: Ticket) {
  const open = closed ? [] : statuses.filter((name) => name !== status);
  return open.map((name) => ({ id: transitionId(name), name: `Move to ${name.toLowerCase()}`, to: statusOf(name), hasScreen: false, isGlobal: true, isInitial: false, isAvailable: true, isConditional: false, isLooped: false }));
}

function transitionId(name: (typeof statuses)[number]): string {
  return String((statuses.indexOf(name) + 1) * 11);
}

async function move(call: Call): Promise<Reply> {
  const { world, origin, exchange, key } = call;
  const { transition } = parseJson(exchange) as { transition?: { id?: string } };
  return withTicket(call, () =>
    write<Reply>(world, origin, () => {
      const ticket = world.state.tickets.get(key)!;
      const to = transitionsOf(ticket).find(({ id }) => id === transition?.id);
      if (!to) return unchanged(refused(`Transition id '${transition?.id}' is not valid for this issue.`));
      return effect(`ticket ${key} ${to.to.name}`, () => {
        ticket.status = to.to.name;
        return { status: 204 };
      });
    }),
  );
}

function listComments({ exchange, world }: Call, { comments }: Ticket): Reply {
  const startAt = Number(exchange.query.get('startAt') ?? 0);
  const maxResults = Math.min(Number(exchange.query.get('maxResults') ?? 50), 100);
  const withProperties = exchange.query.get('expand')?.includes('properties');
  const ordered = exchange.query.get('orderBy') === '-created' ? comments.toReversed() : comments;
  const shown = ordered.slice(startAt, startAt + maxResults).map(({ id, author, body, properties }) => ({ id, author: personOf(world, author), body, ...(withProperties && { properties }) }));
  return json(200, { startAt, maxResults, total: comments.length, comments: shown });
}

async function comment(call: Call): Promise<Reply> {
  const { world, origin, exchange, key, login } = call;
  const { body, properties = [] } = parseJson(exchange) as { body?: { type?: string; version?: number }; properties?: Ticket['comments'][number]['properties'] };
  if (body?.type !== 'doc' || body.version !== 1) return refused('Comment body is not valid!');
  return withTicket(call, () =>
    write<Reply>(world, origin, () =>
      effect(`ticket-comment ${key}`, () => {
        const made = { id: String(world.nextId()), author: login, body, properties };
        world.state.tickets.get(key)!.comments.push(made);
        return json(201, { id: made.id, author: personOf(world, login), body });
      }),
    ),
  );
}

function render({ world }: Call, { id, key, title, status, assignee }: Ticket, fields: readonly string[]) {
  const all: Readonly<Record<string, unknown>> = { summary: title, status: statusOf(status), assignee: assignee === undefined ? null : personOf(world, assignee) };
  const wanted = fields.some((name) => name === '*all' || name === '*navigable') ? Object.keys(all) : fields.filter((name) => name in all);
  return { expand: '', id, self: `${world.url}/jira/rest/api/3/issue/${id}`, key, fields: Object.fromEntries(wanted.map((name) => [name, all[name]])) };
}

function statusOf(name: string) {
  return { id: String(10_000 + statuses.findIndex((each) => each === name)), name, description: '', statusCategory: { id: 3, key: 'indeterminate', name: 'In Progress' } };
}

function personOf(world: World, name: string) {
  return { self: `${world.url}/jira/rest/api/3/user?accountId=${name}`, accountId: `account-${name}`, displayName: name, active: true, accountType: 'atlassian' };
}
