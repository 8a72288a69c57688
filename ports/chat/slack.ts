import { LogLevel, WebClient } from '@slack/web-api';
import { z } from 'zod';
import { settings } from '../adapter.ts';
import type { Variables } from '../adapter.ts';
import { neverRetry } from '../failures.ts';
import { assertStillOurs } from '../pulse.ts';
import type { Chat, ChatMessage, NewMessage } from './chat.ts';
import { slackChannels } from './slack/channels.ts';
import { isMissingThread, slackFailure } from './slack/failures.ts';
import { escaped, mentioning, plain } from './slack/text.ts';

export interface SlackSettings {
  /** A bot's token, with the scopes chat:write, channels:read, channels:history (and groups:read, groups:history for private channels). */
  readonly token: string;
  /** Root of the Web API, for a stand-in of Slack. */
  readonly baseUrl?: string | undefined;
  /** Longest wait for one answer, in ms. */
  readonly timeoutMs?: number | undefined;
  /** How far back a message is looked for, in ms. Slack has no search by key: the whole stretch is read when there is none. */
  readonly searchBackMs?: number | undefined;
}

type SlackText = Omit<NewMessage, 'thread'>;

/** As Slack takes it. */
interface Content {
  readonly channel: string;
  readonly text: string;
  readonly metadata: { readonly event_type: string; readonly event_payload: { readonly key: string } };
}

const monthMs = 30 * 24 * 3_600_000;
const eventType = 'slipway';

export function connectSlack({ token, baseUrl, timeoutMs = 20_000, searchBackMs = monthMs }: SlackSettings): Chat {
  const slack = new WebClient(token, {
    ...(baseUrl && { slackApiUrl: baseUrl }),
    timeout: timeoutMs,
    // The client's default sends a message again when only the answer was lost.
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    // The original error of a failed request holds the token.
    attachOriginalToWebAPIRequestError: false,
    logLevel: LogLevel.ERROR,
  });
  const channels = slackChannels(slack);
  let self: Promise<string | undefined> | undefined;

  /** The bot's own user: anybody else could copy a key. */
  function ownUser(): Promise<string | undefined> {
    self ??= slack.auth.test().then(
      ({ user_id }) => user_id,
      (error: unknown) => {
        self = undefined;
        throw slackFailure(error, 'auth.test');
      },
    );
    return self;
  }

  async function* messages(channel: string, thread: string | undefined) {
    const within = { channel, oldest: String((Date.now() - searchBackMs) / 1_000), limit: 200, include_all_metadata: true };
    let cursor: string | undefined;
    do {
      const at = { ...within, ...(cursor && { cursor }) };
      const page = thread ? await slack.conversations.replies({ ...at, ts: thread }) : await slack.conversations.history(at);
      yield* page.messages ?? [];
      cursor = page.response_metadata?.next_cursor;
    } while (cursor);
  }

  async function write<Answer>(what: string, { channel, key, text, mentions }: SlackText, send: (content: Content) => Promise<Answer>): Promise<Answer> {
    try {
      const content = { channel: await channels.id(channel), text: mentioning(mentions) + escaped(text), metadata: { event_type: eventType, event_payload: { key } } };
      await assertStillOurs(what);
      return await send(content);
    } catch (error) {
      throw slackFailure(error, what);
    }
  }

  return {
    async find(channel, key, thread) {
      const user = await ownUser();
      try {
        for await (const { ts, text, user: sender, metadata } of messages(await channels.id(channel), thread)) {
          const ours = ts !== undefined && sender === user && metadata?.event_type === eventType;
          if (ours && (metadata.event_payload as { key?: unknown } | undefined)?.key === key) return { id: ts, text: plain(text ?? '') };
        }
        return undefined;
      } catch (error) {
        // A thread that was begun a moment ago may not be there to be read yet.
        if (isMissingThread(error)) return undefined;
        throw slackFailure(error, `reading ${channel}`);
      }
    },

    async post({ thread, ...message }): Promise<ChatMessage> {
      const { channel, text } = message;
      const quiet = { unfurl_links: false, unfurl_media: false, ...(thread && { thread_ts: thread }) };
      const { ts = '' } = await write(`posting to ${channel}`, message, (content) => slack.chat.postMessage({ ...content, ...quiet }));
      return { id: ts, text };
    },

    async update(channel, id, message) {
      await write(`updating a message in ${channel}`, { ...message, channel }, (content) => slack.chat.update({ ...content, ts: id }));
    },

    async reach(channel) {
      try {
        const { response_metadata } = await slack.conversations.history({ channel: await channels.id(channel), limit: 1 });
        const scopes = response_metadata?.scopes;
        if (scopes && !scopes.includes('chat:write')) throw neverRetry('PermissionDenied', `the bot may read ${channel}, but lacks the scope chat:write: give it that, and install it anew`);
      } catch (error) {
        throw slackFailure(error, `reading ${channel}`);
      }
    },
  };
}

export function fromEnvironment(environment: Variables): Chat {
  const { SLACK_TOKEN, SLACK_API_URL, SLACK_TIMEOUT_MS } = settings(environment, {
    SLACK_TOKEN: z.string().min(1),
    SLACK_API_URL: z.url().optional(),
    SLACK_TIMEOUT_MS: z.coerce.number().int().positive().optional(),
  });
  return connectSlack({ token: SLACK_TOKEN, baseUrl: SLACK_API_URL, timeoutMs: SLACK_TIMEOUT_MS });
}
