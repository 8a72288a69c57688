import { parseJson } from '../exchange.ts';
import { effect, unchanged, write } from '../world.ts';
import { messageKey } from './channels.ts';
import type { Exchange, Reply } from '../exchange.ts';
import type { Visit } from '../visit.ts';
import type { World } from '../world.ts';
import type { Channel, Message, Metadata } from './channels.ts';

type Args = Readonly<Record<string, unknown>>;
type Method = (call: Call) => Promise<object> | object;

interface Call {
  readonly world: World;
  readonly args: Args;
  /** Whose token it is: the app's bot, or a person's. */
  readonly login: string;
}

/** Thrown as Slack's `{ok: false, error}`. */
class SlackError extends Error {}

const bot = 'slipway';
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
    try {
      return { status: 200, body: { ok: true, ...(await method({ world, args: readArgs(exchange), login })) } };
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

function userId(login: string): string {
  return `U0${login.toUpperCase()}`;
}

function authTest({ world, login }: Call) {
  const botId = login === bot ? { bot_id: 'B0SLIPWAY' } : {};
  return { url: world.url, team: 'sandbox', user: login, team_id: 'T0SANDBOX', user_id: userId(login), ...botId, is_enterprise_install: false };
}

async function postMessage({ world, args, login }: Call) {
  const { text, blocks, metadata, threadTs } = content(args);
  const message = await perform(world, 'chat.postMessage', () => {
    const channel = channelFor(world, args['channel']);
    if (threadTs !== undefined && !channel.messages.some((one) => one.ts === threadTs)) throw new SlackError('thread_not_found');
    return effect(`message #${channel.name} ${messageKey({ metadata, text })}`, () => {
      const added: Message = { ts: nextTs(channel), threadTs, user: userId(login), text, blocks, metadata, edited: false };
      channel.messages.push(added);
      return added;
    });
  });
  return { channel: channelFor(world, args['channel']).id, ts: message.ts, message: render(message, { withMetadata: true }) };
}

async function updateMessage({ world, args, login }: Call) {
  const { text, blocks, metadata } = content(args);
  const find = (): { channel: Channel; message: Message } => {
    const channel = channelById(world, args['channel']);
    const message = channel.messages.find((one) => one.ts === args['ts']);
    if (message === undefined) throw new SlackError('message_not_found');
    if (message.user !== userId(login)) throw new SlackError('cant_update_message');
    return { channel, message };
  };
  await perform(world, 'chat.update', () => {
    const { channel, message } = find();
    const wanted = { text, blocks: blocks ?? message.blocks, metadata: metadata ?? message.metadata };
    if (JSON.stringify(wanted) === JSON.stringify({ text: message.text, blocks: message.blocks, metadata: message.metadata })) return unchanged(undefined);
    return effect(`message-edit #${channel.name} ${messageKey(wanted)}`, () => {
      Object.assign(message, wanted, { edited: true });
    });
  });
  const { channel, message } = find();
  return { channel: channel.id, ts: message.ts, text: message.text, message: render(message, { withMetadata: true }) };
}

function history({ world, args }: Call) {
  const channel = channelById(world, args['channel']);
  return messagePage(channel.messages.filter((message) => message.threadTs === undefined).toReversed(), args, channel);
}

function replies({ world, args }: Call) {
  const channel = channelById(world, args['channel']);
  const thread = channel.messages.filter((message) => message.ts === args['ts'] || message.threadTs === args['ts']);
  if (thread.length === 0) throw new SlackError('thread_not_found');
  return messagePage(thread, args, channel);
}

function messagePage(messages: readonly Message[], args: Args, channel: Channel) {
  const oldest = String(args['oldest'] ?? '0');
  const latest = String(args['latest'] ?? '9999999999.999999');
  const inclusive = isTrue(args['inclusive']);
  const within = messages.filter(({ ts }) => (ts > oldest || (inclusive && ts === oldest)) && (ts < latest || (inclusive && ts === latest)));
  const { page, next } = cut(within, args, 100);
  const withMetadata = isTrue(args['include_all_metadata']);
  return {
    messages: page.map((message) => ({ ...render(message, { withMetadata }), ...threadSummary(channel, message) })),
    has_more: next !== '',
    response_metadata: { next_cursor: next },
  };
}

function listChannels({ world, args }: Call) {
  const { page, next } = cut([...world.replicas.view('slack').channels.values()], args, 100);
  return {
    channels: page.map(({ id, name }) => ({ id, name, name_normalized: name, is_channel: true, is_private: false, is_archived: false, is_member: true })),
    response_metadata: { next_cursor: next },
  };
}

function perform<T>(world: World, name: string, plan: Parameters<typeof write<T>>[2]): Promise<T> {
  return write(world, { method: 'POST', route: `POST /slack/api/${name}`, scope: 'slack' }, plan);
}

/** Posting takes a name or an id, reading only an id. */
function channelFor(world: World, given: unknown): Channel {
  const byName = world.state.channels.get(String(given).replace(/^#/, ''));
  return byName ?? findById([...world.state.channels.values()], given);
}

function channelById(world: World, given: unknown): Channel {
  return findById([...world.replicas.view('slack').channels.values()], given);
}

function findById(channels: readonly Channel[], given: unknown): Channel {
  const channel = channels.find(({ id }) => id === given);
  if (channel === undefined) throw new SlackError('channel_not_found');
  return channel;
}

function content(args: Args) {
  const text = String(args['text'] ?? '');
  const blocks = parsed(args['blocks']);
  if (text === '' && blocks === undefined) throw new SlackError('no_text');
  const metadata = parsed(args['metadata']) as Metadata | undefined;
  if (metadata !== undefined && (typeof metadata.event_type !== 'string' || typeof metadata.event_payload !== 'object')) throw new SlackError('invalid_metadata_format');
  return { text, blocks, metadata, threadTs: args['thread_ts'] === undefined ? undefined : String(args['thread_ts']) };
}

function readArgs(exchange: Exchange): Args {
  const query = Object.fromEntries(exchange.query);
  if (exchange.headers['content-type']?.includes('json')) return { ...query, ...(parseJson(exchange) as Args) };
  return { ...query, ...Object.fromEntries(new URLSearchParams(exchange.body.toString('utf8'))) };
}

/** Form-encoded calls carry structures as JSON text. */
function parsed(value: unknown): unknown {
  return typeof value === 'string' ? JSON.parse(value) : value;
}

function isTrue(value: unknown): boolean {
  return value === true || value === 'true' || value === '1' || value === 1;
}

function cut<T>(items: readonly T[], args: Args, usual: number): { page: readonly T[]; next: string } {
  const start = Number(Buffer.from(String(args['cursor'] ?? ''), 'base64').toString('utf8')) || 0;
  const end = start + Math.min(Number(args['limit'] ?? usual) || usual, 1000);
  return { page: items.slice(start, end), next: end < items.length ? Buffer.from(String(end)).toString('base64') : '' };
}

/** A message's time is its id: unique in its channel, and rising. */
function nextTs({ messages }: Channel): string {
  const last = Number(messages.at(-1)?.ts.replace('.', '') ?? 0);
  const now = Math.max(Date.now() * 1000, last + 1);
  return `${Math.floor(now / 1e6)}.${String(now % 1e6).padStart(6, '0')}`;
}

function threadSummary({ messages }: Channel, { ts }: Message) {
  const answers = messages.filter((message) => message.threadTs === ts);
  return answers.length === 0 ? {} : { thread_ts: ts, reply_count: answers.length, latest_reply: answers.at(-1)?.ts };
}

function render({ ts, threadTs, user, text, blocks, metadata, edited }: Message, { withMetadata }: { withMetadata: boolean }) {
  return {
    type: 'message', user, text, ts,
    ...(user === userId(bot) ? { bot_id: 'B0SLIPWAY' } : {}),
    ...(blocks === undefined ? {} : { blocks }),
    ...(threadTs === undefined ? {} : { thread_ts: threadTs }),
    ...(edited ? { edited: { user, ts } } : {}),
    ...(withMetadata && metadata !== undefined ? { metadata } : {}),
  };
}

function refuse(error: string): Reply {
  return { status: 200, body: { ok: false, error } };
}
