import type { WebClient } from '@slack/web-api';
import { neverRetry } from '../../failures.ts';

export interface SlackChannels {
  /** The id that Slack's methods take, of a channel such as "#g_gitaly". */
  id(channel: string): Promise<string>;
}

/** An id, as the catalog may give it in place of a name: nothing has to be searched then, and a channel may be renamed. */
const channelId = /^[CG][A-Z0-9]{7,}$/;

/**
 * Slack finds channels by name only in a list of all of them, so the ids are remembered, and so is the page to go on with: Slack allows twenty pages a minute,
 * and a workspace may have more.
 */
export function slackChannels(slack: WebClient): SlackChannels {
  const ids = new Map<string, string>();
  let cursor: string | undefined;

  /** Lists on from where it was left, until the channel is found, or the end. */
  async function list(channel: string): Promise<void> {
    do {
      const page = await slack.conversations.list({ types: 'public_channel,private_channel', exclude_archived: true, limit: 1_000, ...(cursor && { cursor }) }).catch((error: Error) => {
        if (error.message.includes('invalid_cursor')) cursor = undefined;
        throw error;
      });
      for (const { id, name } of page.channels ?? []) if (id && name) ids.set(`#${name}`, id);
      cursor = page.response_metadata?.next_cursor || undefined;
    } while (cursor !== undefined && !ids.has(channel));
  }

  return {
    async id(channel) {
      if (channelId.test(channel)) return channel;
      const isHalfWay = cursor !== undefined;
      if (!ids.has(channel)) await list(channel);
      // It may be new, and on a page before.
      if (!ids.has(channel) && isHalfWay) await list(channel);
      const id = ids.get(channel);
      if (!id) throw neverRetry('PermissionDenied', `Slack shows no channel ${channel}: create it, and invite the bot if it is private`, { reason: 'not listed' });
      return id;
    },
  };
}
