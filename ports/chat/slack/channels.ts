import type { WebClient } from '@slack/web-api';
import { neverRetry } from '../../failures.ts';

export interface SlackChannels {
  /** The id that Slack's methods take, of a channel such as "#g_gitaly". */
  id(channel: string): Promise<string>;
}

/** Slack finds channels by name only in a list of all of them, so the ids are remembered. */
export function slackChannels(slack: WebClient): SlackChannels {
  const ids = new Map<string, string>();

  async function list(): Promise<void> {
    let cursor: string | undefined;
    do {
      const page = await slack.conversations.list({ types: 'public_channel,private_channel', exclude_archived: true, limit: 1_000, ...(cursor && { cursor }) });
      for (const { id, name } of page.channels ?? []) if (id && name) ids.set(`#${name}`, id);
      cursor = page.response_metadata?.next_cursor;
    } while (cursor);
  }

  return {
    async id(channel) {
      if (!ids.has(channel)) await list();
      const id = ids.get(channel);
      if (!id) throw neverRetry('PermissionDenied', `Slack shows no channel ${channel}: create it, and invite the bot if it is private`, { reason: 'not listed' });
      return id;
    },
  };
}
