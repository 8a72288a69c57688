import { WebClient } from '@slack/web-api';
import { connectSlack } from '../../../ports/chat/slack.ts';
import { describeChat } from './contract.ts';
import type { ChatStand } from './contract.ts';
import { startEmulate } from '../emulate.ts';

const scopes = ['chat:write', 'channels:read', 'channels:history'];
const seed = {
  slack: {
    team: { name: 'Acme', domain: 'acme' },
    users: [{ name: 'slipway' }, { name: 'ann' }],
    channels: [{ name: 'g_gitaly' }, { name: 'gitaly_alerts' }],
    tokens: [
      { token: 'xoxb-slipway', user: 'slipway', scopes },
      { token: 'xoxb-ann', user: 'ann', scopes },
    ],
  },
};

async function open(): Promise<ChatStand> {
  const server = await startEmulate('slack', seed);
  const slackApiUrl = `${server.url}/api/`;
  const ann = new WebClient('xoxb-ann', { slackApiUrl });
  const { channels = [] } = await ann.conversations.list();
  return {
    chat: connectSlack({ token: 'xoxb-slipway', baseUrl: slackApiUrl }),
    channels: ['#g_gitaly', '#gitaly_alerts'],
    async forge({ channel, key, text }) {
      const id = channels.find(({ name }) => `#${name}` === channel)?.id ?? '';
      await ann.chat.postMessage({ channel: id, text, metadata: { event_type: 'slipway', event_payload: { key } } });
    },
    close: () => server.stop(),
  };
}

describeChat('emulate', open);
