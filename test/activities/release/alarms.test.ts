import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, it } from 'vitest';
import { createAlarms } from '../../../activities/release/alarms.ts';

const posted = new Map<string, string>();
const chat = {
  reach: async () => undefined,
  find: async (channel: string, key: string) => (posted.has(`${channel} ${key}`) ? { id: key, text: posted.get(`${channel} ${key}`)! } : undefined),
  post: async ({ channel, key, text }: { readonly channel: string; readonly key: string; readonly text: string }) => {
    posted.set(`${channel} ${key}`, text);
    return { id: key, text };
  },
  update: async (channel: string, id: string, { text }: { readonly text: string }) => void posted.set(`${channel} ${id}`, text),
};
const channels = { of: async (component: string) => (component === 'gitaly' ? { progress: '#gitaly', team: '#g_gitaly' } : undefined) };
const { raise } = createAlarms({ chat, channels, readLagMs: 0 });

it('cuts what is longer than the chat takes, at no half of a character, and finds it again', async () => {
  for (const _ of [1, 2]) await new MockActivityEnvironment().run(raise, { component: 'gitaly', key: 'long', text: '😀<'.repeat(20_000) });
  const text = posted.get('#g_gitaly long')!;
  expect([text.isWellFormed(), text.length <= 7_500, text.replaceAll('<', '&lt;').length <= 40_000]).toEqual([true, true, true]);
  posted.clear();
});

it('tells the team of a component once, and nobody of one that nobody follows', async () => {
  for (const component of ['gitaly', 'gitaly', 'gitlay']) await new MockActivityEnvironment().run(raise, { component, key: 'expired', text: 'Is the token valid?' });
  expect([...posted]).toEqual([['#g_gitaly expired', 'Is the token valid?']]);
});
