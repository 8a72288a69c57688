import type { ApplicationFailure } from '@temporalio/common';
import { afterEach, describe, expect, test } from 'vitest';
import { connectSlack } from '../../../ports/chat/slack.ts';
import type { SlackSettings } from '../../../ports/chat/slack.ts';
import { escaped, plain } from '../../../ports/chat/slack/text.ts';
import { json, scriptedServer } from '../scripted-server.ts';
import type { ScriptedServer, SeenRequest } from '../scripted-server.ts';

let server: ScriptedServer;
afterEach(() => server?.close());

type Answer = { readonly status?: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: unknown } | 'reset' | 'silence';
type Answers = Readonly<Record<string, Answer | ((request: SeenRequest) => Answer)>>;

/** A Slack with one channel, whose other answers are given by method. */
async function slack(answers: Answers, settings: Partial<SlackSettings> = {}) {
  const usual: Answers = {
    'auth.test': { body: { ok: true, user_id: 'U1' } },
    'conversations.list': { body: { ok: true, channels: [{ id: 'C1', name: 'g_gitaly' }] } },
  };
  server = await scriptedServer((request, response) => {
    const method = request.path.slice('/api/'.length);
    const given = { ...usual, ...answers }[method];
    const answer = typeof given === 'function' ? given(request) : given;
    if (answer === 'reset') response.destroy();
    else if (answer && answer !== 'silence') json(response, answer.status ?? 200, answer.body ?? {}, answer.headers);
  });
  return connectSlack({ token: 'xoxb-secret', baseUrl: `${server.url}/api/`, timeoutMs: 300, ...settings });
}

const message = { channel: '#g_gitaly', key: 'gitaly/1', text: 'Released' };
const sent = (method: string) => server.seen.filter(({ path }) => path === `/api/${method}`);
const form = (request: SeenRequest | undefined) => Object.fromEntries(new URLSearchParams(request?.body));

async function failure(promise: Promise<unknown>): Promise<ApplicationFailure> {
  return promise.then(
    () => expect.unreachable('it should have failed'),
    (error: ApplicationFailure) => error,
  );
}

describe('a post that fails', () => {
  test.each([
    ['channel_not_found', { body: { ok: false, error: 'channel_not_found' } }, 'PermissionDenied', true, undefined],
    ['not_in_channel', { body: { ok: false, error: 'not_in_channel' } }, 'PermissionDenied', true, undefined],
    ['invalid_auth', { body: { ok: false, error: 'invalid_auth' } }, 'PermissionDenied', true, undefined],
    ['msg_too_long', { body: { ok: false, error: 'msg_too_long' } }, 'InvalidInput', true, undefined],
    ['internal_error', { body: { ok: false, error: 'internal_error' } }, 'Unavailable', false, undefined],
    ['ratelimited', { body: { ok: false, error: 'ratelimited' } }, 'RateLimited', false, 60_000],
    ['429', { status: 429, headers: { 'retry-after': '5' }, body: { ok: false, error: 'ratelimited' } }, 'RateLimited', false, 5_000],
    ['429 without a delay', { status: 429 }, 'Unavailable', false, undefined],
    ['503', { status: 503 }, 'Unavailable', false, undefined],
    ['a page of something in between', { body: '<html>Log in</html>' }, 'Unavailable', false, undefined],
    ['a reset', 'reset', 'Unavailable', false, undefined],
    ['silence', 'silence', 'Unavailable', false, undefined],
  ] as const)('with %s is sent once', async (_, answer, type, nonRetryable, nextRetryDelay) => {
    const chat = await slack({ 'chat.postMessage': answer });
    const caught = await failure(chat.post(message));
    expect(caught).toMatchObject({ type, nonRetryable, nextRetryDelay });
    expect(JSON.stringify(caught) + caught.stack).not.toContain('xoxb-secret');
    expect(sent('chat.postMessage')).toHaveLength(1);
  });

  test('for an unknown channel is not sent', async () => {
    const chat = await slack({});
    expect(await failure(chat.post({ ...message, channel: '#nowhere' }))).toMatchObject({ type: 'PermissionDenied', nonRetryable: true });
    expect(sent('chat.postMessage')).toHaveLength(0);
  });
});

test('a post carries its key, and brings no mention or link to life', async () => {
  const chat = await slack({ 'chat.postMessage': { body: { ok: true, ts: '1.2' } } });
  expect(await chat.post({ ...message, text: 'Fix <!channel> & <@U9>', thread: '1.1' })).toEqual({ id: '1.2', text: 'Fix <!channel> & <@U9>' });
  expect(form(sent('chat.postMessage')[0])).toMatchObject({
    channel: 'C1',
    text: 'Fix &lt;!channel&gt; &amp; &lt;@U9&gt;',
    thread_ts: '1.1',
    metadata: JSON.stringify({ event_type: 'slipway', event_payload: { key: 'gitaly/1' } }),
  });
});

test('an update brings none to life either, and keeps the key', async () => {
  const chat = await slack({ 'chat.update': { body: { ok: true } } });
  await chat.update('#g_gitaly', '1.2', { key: 'gitaly/1', text: 'Fix <!here>' });
  expect(form(sent('chat.update')[0])).toMatchObject({
    channel: 'C1',
    ts: '1.2',
    text: 'Fix &lt;!here&gt;',
    metadata: JSON.stringify({ event_type: 'slipway', event_payload: { key: 'gitaly/1' } }),
  });
});

describe('finding', () => {
  const written = (ts: string, key: string, user = 'U1', type = 'slipway') => ({ ts, user, text: `text ${ts}`, metadata: { event_type: type, event_payload: { key } } });

  test('goes through all pages', async () => {
    const chat = await slack({
      'conversations.history': (request) =>
        form(request)['cursor'] === 'next'
          ? { body: { ok: true, messages: [written('2.0', 'gitaly/1')] } }
          : { body: { ok: true, messages: [written('3.0', 'gitaly/2')], response_metadata: { next_cursor: 'next' } } },
    });
    expect(await chat.find('#g_gitaly', 'gitaly/1')).toEqual({ id: '2.0', text: 'text 2.0' });
    expect(form(sent('conversations.history')[0])).toMatchObject({ channel: 'C1', include_all_metadata: 'true' });
  });

  test('is not fooled by a key in somebody else’s message or another application’s', async () => {
    const chat = await slack({ 'conversations.history': { body: { ok: true, messages: [written('2.0', 'gitaly/1', 'U2'), written('1.0', 'gitaly/1', 'U1', 'other'), { ts: '0.5', user: 'U1', text: 'gitaly/1' }] } } });
    expect(await chat.find('#g_gitaly', 'gitaly/1')).toBeUndefined();
  });

  test('in a thread reads that thread', async () => {
    const chat = await slack({ 'conversations.replies': { body: { ok: true, messages: [written('1.0', 'root'), written('1.5', 'gitaly/1')] } } });
    expect(await chat.find('#g_gitaly', 'gitaly/1', '1.0')).toMatchObject({ id: '1.5' });
    expect(form(sent('conversations.replies')[0])).toMatchObject({ ts: '1.0' });
  });

  test('asks once who the bot is and where its channels are', async () => {
    const chat = await slack({ 'conversations.history': { body: { ok: true, messages: [] } } });
    await chat.find('#g_gitaly', 'a');
    await chat.find('#g_gitaly', 'b');
    expect([sent('auth.test').length, sent('conversations.list').length]).toEqual([1, 1]);
  });

  test('goes on with the list of channels where a limit has cut it off, and ends it where the channel is', async () => {
    let pages = 0;
    const chat = await slack({
      'conversations.list': (request) => {
        const { cursor } = form(request);
        if (cursor === 'two' && ++pages === 1) return { status: 429, headers: { 'retry-after': '1' } };
        if (cursor === 'two') return { body: { ok: true, channels: [{ id: 'C1', name: 'g_gitaly' }], response_metadata: { next_cursor: 'three' } } };
        return { body: { ok: true, channels: [{ id: 'C0', name: 'general' }], response_metadata: { next_cursor: 'two' } } };
      },
      'conversations.history': { body: { ok: true, messages: [] } },
    });
    expect(await failure(chat.find('#g_gitaly', 'a'))).toMatchObject({ type: 'RateLimited' });
    expect(await chat.find('#g_gitaly', 'a')).toBeUndefined();
    expect(sent('conversations.list').map((request) => form(request)['cursor'])).toEqual([undefined, 'two', 'two']);
  });

  test('searches no list for a channel that is given by its id', async () => {
    const chat = await slack({ 'conversations.history': { body: { ok: true, messages: [] } } });
    await chat.find('C0123ABCD', 'a');
    expect(sent('conversations.list')).toEqual([]);
    expect(form(sent('conversations.history')[0])).toMatchObject({ channel: 'C0123ABCD' });
  });

  test('asks again who the bot is after it could not be told', async () => {
    let asked = 0;
    const chat = await slack({ 'auth.test': () => (++asked === 1 ? 'reset' : { body: { ok: true, user_id: 'U1' } }), 'conversations.history': { body: { ok: true, messages: [] } } });
    expect(await failure(chat.find('#g_gitaly', 'a'))).toMatchObject({ type: 'Unavailable' });
    expect(await chat.find('#g_gitaly', 'a')).toBeUndefined();
  });
});

test.each(['Fix <!channel> & <@U9>', 'a &lt;b&gt; & c', 'plain', 'see https://github.test/a?b=1&c=2'])('text comes back as it was sent: %s', (text) => {
  expect(plain(escaped(text))).toBe(text);
});

test('addresses that Slack has marked come back plain', () => {
  expect(plain('see <https://github.test/a?b=1&amp;c=2> and <https://github.test|github.test>')).toBe('see https://github.test/a?b=1&c=2 and github.test');
});
