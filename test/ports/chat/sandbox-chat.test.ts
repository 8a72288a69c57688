import { WebClient } from '@slack/web-api';
import { expect, test } from 'vitest';
import { connectSlack } from '../../../ports/chat/slack.ts';
import { openWorld } from '../../worlds.ts';
import type { World } from '../../worlds.ts';
import { describeChat } from './contract.ts';
import type { ChatStand } from './contract.ts';
import { useSandbox } from '../stand.ts';

const sandbox = useSandbox();

const connect = (world: World, timeoutMs = 5_000) => connectSlack({ token: 'xoxb-slipway', baseUrl: `${world.url}/slack/api/`, timeoutMs });

async function open(): Promise<ChatStand> {
  const world = await openWorld(sandbox.url());
  const ann = new WebClient('xoxb-person:ann', { slackApiUrl: `${world.url}/slack/api/` });
  return {
    chat: connect(world),
    channels: ['#g_gitaly', '#gitaly_alerts'],
    async forge({ channel, key, text }) {
      await ann.chat.postMessage({ channel, text, metadata: { event_type: 'slipway', event_payload: { key } } });
    },
    close: () => world.close(),
  };
}

describeChat('the sandbox', open);

test.each([
  ['a reset', { kind: 'applyThen', reply: 'reset' }, 'Unavailable', 1],
  ['silence', { kind: 'applyThen', reply: 'timeout' }, 'Unavailable', 1],
  ['a limit', { kind: 'rateLimit', retryAfterSeconds: 3 }, 'RateLimited', 0],
] as const)('a post that meets %s is sent once', async (_, action, type, applied) => {
  const world = await openWorld(sandbox.url());
  const chat = connect(world, 1_000);
  await world.control('faults', { match: { route: 'POST /slack/api/chat.postMessage' }, action });
  await expect(chat.post({ channel: '#g_gitaly', key: 'gitaly/1', text: 'Released' })).rejects.toMatchObject({ type, nonRetryable: false });
  const requests = await world.control<readonly { operation: string }[]>('requests');
  expect(requests.filter(({ operation }) => operation === 'chat.postMessage')).toHaveLength(1);
  expect((await world.journal()).filter(({ key }) => key.startsWith('message '))).toHaveLength(applied);
  await world.close();
});
