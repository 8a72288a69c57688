import { WebClient } from '@slack/web-api';
import { describe, expect, it } from 'vitest';
import { keys, useSandbox } from './stand.ts';
import type { World } from '../worlds.ts';

const stand = useSandbox();

function slack(world: World, token = 'xoxb-slipway'): WebClient {
  return new WebClient(token, { slackApiUrl: `${world.url}/slack/api/`, retryConfig: { retries: 0 } });
}

async function channelId(world: World, name: string): Promise<string> {
  const { channels } = await slack(world).conversations.list();
  return channels!.find((channel) => channel.name === name)!.id!;
}

const metadata = (key: string) => ({ event_type: 'slipway', event_payload: { key } });

describe('Slack', () => {
  it('keeps messages, threads and metadata', async () => {
    const world = await stand.open();
    const channel = await channelId(world, 'gitaly_alerts');
    const { chat, conversations } = slack(world);
    const { ts } = await chat.postMessage({ channel: '#gitaly_alerts', text: 'Releasing', metadata: metadata('gitaly/1') });
    await chat.postMessage({ channel, text: 'Staging is done', thread_ts: ts!, metadata: metadata('gitaly/1/staging') });

    const history = await conversations.history({ channel, include_all_metadata: true });
    expect(history.messages).toMatchObject([{ ts, text: 'Releasing', metadata: metadata('gitaly/1'), reply_count: 1 }]);
    expect((await conversations.history({ channel })).messages![0]).not.toHaveProperty('metadata');
    const replies = await conversations.replies({ channel, ts: ts!, include_all_metadata: true });
    expect(replies.messages!.map(({ text }) => text)).toEqual(['Releasing', 'Staging is done']);
    expect(await keys(world)).toEqual(['message #gitaly_alerts gitaly/1', 'message #gitaly_alerts gitaly/1/staging']);
  });

  it('posts another message each time, and edits one in place only if it differs', async () => {
    const world = await stand.open();
    const channel = await channelId(world, 'g_gitaly');
    const { chat, conversations } = slack(world);
    await chat.postMessage({ channel, text: 'One', metadata: metadata('k') });
    const { ts } = await chat.postMessage({ channel, text: 'One', metadata: metadata('k') });
    await chat.update({ channel, ts: ts!, text: 'Two' });
    await chat.update({ channel, ts: ts!, text: 'Two' });
    expect((await conversations.history({ channel })).messages!.map(({ text }) => text)).toEqual(['Two', 'One']);
    expect(await keys(world)).toEqual(['message #g_gitaly k', 'message #g_gitaly k', 'message-edit #g_gitaly k']);
  });

  it('pages its history, newest first', async () => {
    const world = await stand.open();
    const channel = await channelId(world, 'g_gitaly');
    const { chat, conversations } = slack(world);
    for (const text of ['1', '2', '3']) await chat.postMessage({ channel, text });
    const first = await conversations.history({ channel, limit: 2 });
    const rest = await conversations.history({ channel, limit: 2, cursor: first.response_metadata!.next_cursor! });
    expect([first.messages!.map(({ text }) => text), rest.messages!.map(({ text }) => text)]).toEqual([['3', '2'], ['1']]);
    expect([first.has_more, rest.has_more]).toEqual([true, false]);
  });

  it('can lag behind what was posted, and takes edits all the same', async () => {
    const world = await stand.open();
    const channel = await channelId(world, 'g_gitaly');
    const { chat, conversations } = slack(world);
    const { ts } = await chat.postMessage({ channel, text: 'One', metadata: metadata('k') });
    await world.control('faults', { match: { key: 'message-edit #g_gitaly k' }, action: { kind: 'staleReads', seconds: 0.5 } });
    await chat.update({ channel, ts: ts!, text: 'Two' });
    await chat.update({ channel, ts: ts!, text: 'Three' });
    const texts = async () => (await conversations.history({ channel })).messages!.map(({ text }) => text);
    expect(await texts()).toEqual(['One']);
    await expect.poll(texts, { timeout: 3_000 }).toEqual(['Three']);
  });

  it.each([
    ['channel_not_found', (client: WebClient) => client.chat.postMessage({ channel: '#nowhere', text: 'x' })],
    ['channel_not_found', (client: WebClient) => client.conversations.history({ channel: '#g_gitaly' })],
    ['no_text', (client: WebClient) => client.chat.postMessage({ channel: '#g_gitaly' } as never)],
    ['message_not_found', (client: WebClient) => client.chat.update({ channel: 'C0SANDBOX1', ts: '1.0', text: 'x' })],
    ['thread_not_found', (client: WebClient) => client.chat.postMessage({ channel: '#g_gitaly', text: 'x', thread_ts: '1.0' })],
  ])('refuses with %s', async (error, act) => {
    const world = await stand.open();
    await expect(act(slack(world))).rejects.toMatchObject({ data: { ok: false, error } });
  });

  it('knows bots by their token, and lets nobody change what others wrote', async () => {
    const world = await stand.open();
    await expect(slack(world, 'stolen').auth.test()).rejects.toMatchObject({ data: { error: 'invalid_auth' } });
    const channel = await channelId(world, 'g_gitaly');
    const { ts } = await slack(world, 'xoxb-person:ann').chat.postMessage({ channel, text: 'Mine' });
    await expect(slack(world).chat.update({ channel, ts: ts!, text: 'Not yours' })).rejects.toMatchObject({ data: { error: 'cant_update_message' } });
  });
});
