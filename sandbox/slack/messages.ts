import { effect, unchanged, write } from '../http/write.ts';
import { SlackError, bot, channelById, channelFor, cut, isTrue, parsed, userId } from './call.ts';
import { messageKey } from './channels.ts';
import type { Args, Call } from './call.ts';
import type { Channel, Message, Metadata } from './channels.ts';
import type { World } from '../world/state.ts';

export async function postMessage({ world, args, login }: Call) {
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

export async function updateMessage({ world, args, login }: Call) {
  const { text, blocks, metadata } = content(args);
  const find = (): { channel: Channel; message: Message } => {
    const channel = channelById(world.state, args['channel']);
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

export function history({ world, args }: Call) {
  const channel = channelById(world.replicas.view('slack'), args['channel']);
  return messagePage(channel.messages.filter((message) => message.threadTs === undefined).toReversed(), args, channel);
}

export function replies({ world, args }: Call) {
  const channel = channelById(world.replicas.view('slack'), args['channel']);
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

function perform<T>(world: World, name: string, plan: Parameters<typeof write<T>>[2]): Promise<T> {
  return write(world, { method: 'POST', route: `POST /slack/api/${name}`, scope: 'slack' }, plan);
}

function content(args: Args) {
  const text = String(args['text'] ?? '');
  const blocks = parsed(args['blocks']);
  if (text === '' && blocks === undefined) throw new SlackError('no_text');
  const metadata = parsed(args['metadata']) as Metadata | undefined;
  if (metadata !== undefined && (typeof metadata.event_type !== 'string' || typeof metadata.event_payload !== 'object')) throw new SlackError('invalid_metadata_format');
  return { text, blocks, metadata, threadTs: args['thread_ts'] === undefined ? undefined : String(args['thread_ts']) };
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
