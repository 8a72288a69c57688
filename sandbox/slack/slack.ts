import { parseJson } from '../http/exchange.ts';
import { SlackError, bot, cut, userId } from './call.ts';
import { history, postMessage, replies, updateMessage } from './messages.ts';
import type { Exchange, Reply } from '../http/exchange.ts';
import type { Visit } from '../http/visit.ts';
import type { Args, Call, Method } from './call.ts';
import type { World } from '../world/state.ts';

const methods: Readonly<Record<string, Method>> = {
  'auth.test': authTest,
  'chat.postMessage': postMessage,
  'chat.update': updateMessage,
  'conversations.history': history,
  'conversations.list': listChannels,
  'conversations.replies': replies,
};

/** One call of Slack's Web API: `/<method>`, form-encoded or JSON. */
export function visitSlack(world: World, exchange: Exchange, path: string): Visit {
  const name = path.slice(1);
  const token = readArgs(exchange)['token'] ?? exchange.headers.authorization?.replace(/^Bearer /i, '');
  const login = loginOf(String(token ?? ''));

  async function answer(): Promise<Reply> {
    const method = methods[name];
    if (method === undefined) return { status: 501, body: { ok: false, error: 'unknown_method', detail: `The sandbox does not hold Slack's ${name}.` } };
    if (token === undefined) return refuse('not_authed');
    if (login === undefined) return refuse('invalid_auth');
    const scopes = scopesOf(String(token));
    if (name.startsWith('chat.') && !scopes.includes('chat:write')) return refuse('missing_scope');
    try {
      return { status: 200, headers: { 'x-oauth-scopes': scopes.join(',') }, body: { ok: true, ...(await method({ world, args: readArgs(exchange), login })) } };
    } catch (error) {
      if (error instanceof SlackError) return refuse(error.message);
      throw error;
    }
  }

  return {
    route: `POST /slack/api/${name}`, operation: name, scope: 'slack', answer,
    credential: login ?? '',
    fault: ({ action }) =>
      action.kind === 'fail'
        ? { status: action.status, headers: action.headers ?? {}, body: action.body ?? { ok: false, error: 'internal_error' } }
        : { status: 429, headers: { 'retry-after': String(action.retryAfterSeconds) }, body: { ok: false, error: 'ratelimited' } },
  };
}

/** `xoxb-…` is the bot's token, `xoxb-person:<login>` a person's. */
function loginOf(token: string): string | undefined {
  const [, person] = /^xoxb-person:(\w+)$/.exec(token) ?? [];
  return person ?? (token === 'bot-token' || token.startsWith('xoxb-') ? bot : undefined);
}

/** `xoxb-reader` is a bot's that was forgotten to be let write. */
function scopesOf(token: string): readonly string[] {
  const reading = ['channels:read', 'channels:history'];
  return token === 'xoxb-reader' ? reading : ['chat:write', ...reading];
}

function authTest({ world, login }: Call) {
  const botId = login === bot ? { bot_id: 'B0SLIPWAY' } : {};
  return { url: world.url, team: 'sandbox', user: login, team_id: 'T0SANDBOX', user_id: userId(login), ...botId, is_enterprise_install: false };
}

function listChannels({ world, args }: Call) {
  const { page, next } = cut([...world.replicas.view('slack').channels.values()], args, 100);
  return {
    channels: page.map(({ id, name }) => ({ id, name, name_normalized: name, is_channel: true, is_private: false, is_archived: false, is_member: true })),
    response_metadata: { next_cursor: next },
  };
}

function readArgs(exchange: Exchange): Args {
  const query = Object.fromEntries(exchange.query);
  if (exchange.headers['content-type']?.includes('json')) return { ...query, ...(parseJson(exchange) as Args) };
  return { ...query, ...Object.fromEntries(new URLSearchParams(exchange.body.toString('utf8'))) };
}

function refuse(error: string): Reply {
  return { status: 200, body: { ok: false, error } };
}
