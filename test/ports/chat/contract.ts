import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Chat } from '../../../ports/chat/chat.ts';
import { contract } from '../contract.ts';
import type { Differences } from '../contract.ts';

/** A chat to be held against the contract, and somebody else in it. */
export interface ChatStand {
  readonly chat: Chat;
  /** Two channels that the chat may write to, such as "#g_gitaly". */
  readonly channels: readonly [string, string];
  /** Lets somebody else post a message that carries the same key. */
  forge(message: { readonly channel: string; readonly key: string; readonly text: string }): Promise<void>;
  close(): Promise<void>;
}

/** What every chat must do, whoever stands behind it. `differences` names the tests that a stand-in is known to fail, and why. */
export function describeChat(name: string, open: () => Promise<ChatStand>, differences: Differences = {}): void {
  describe(`the chat contract, held by ${name}`, () => {
    const { it, complete } = contract(differences);
    let stand: ChatStand;
    let chat: Chat;
    let channel: string;
    let other: string;
    let count = 0;

    beforeAll(async () => {
      stand = await open();
      chat = stand.chat;
      [channel, other] = stand.channels;
    });
    afterAll(() => stand.close());

    const freshKey = () => `contract/${++count}`;

    it('a key that nobody has posted is not found', async () => {
      expect(await chat.find(channel, freshKey())).toBeUndefined();
    });

    it('a message is found by its key, in its channel only', async () => {
      const key = freshKey();
      const posted = await chat.post({ channel, key, text: 'Released' });
      await chat.post({ channel, key: `${key}0`, text: 'Another' });
      expect(await chat.find(channel, key)).toEqual({ id: posted.id, text: 'Released' });
      expect(await chat.find(other, key)).toBeUndefined();
    });

    it('its text comes back as it was given, whatever is in it', async () => {
      const key = freshKey();
      const text = 'Fix <!channel> & *all* of `that` <https://evil.test|here> &amp; see https://github.test/a?b=1&c=2\n• two';
      await chat.post({ channel, key, text });
      expect((await chat.find(channel, key))?.text).toBe(text);
    });

    it('whom a message notifies is no part of its text', async () => {
      const key = freshKey();
      const text = '<@U024BE7LH> is no mention, as it is written here';
      const mentions = ['U024BE7LH', 'S0614TZR7'];
      const { id } = await chat.post({ channel, key, text, mentions });
      expect((await chat.find(channel, key))?.text).toBe(text);
      await chat.update(channel, id, { key, text: 'Done', mentions });
      expect((await chat.find(channel, key))?.text).toBe('Done');
    });

    it('a message is updated in place', async () => {
      const key = freshKey();
      const { id } = await chat.post({ channel, key, text: 'Running' });
      await chat.update(channel, id, { key, text: 'Done & gone' });
      await chat.update(channel, id, { key, text: 'Done & gone' });
      expect(await chat.find(channel, key)).toEqual({ id, text: 'Done & gone' });
    });

    it('a thread is a place of its own', async () => {
      const [rootKey, key] = [freshKey(), freshKey()];
      const root = await chat.post({ channel, key: rootKey, text: 'Release 1' });
      const reply = await chat.post({ channel, key, text: 'Staging', thread: root.id });
      expect(await chat.find(channel, key, root.id)).toEqual({ id: reply.id, text: 'Staging' });
      expect(await chat.find(channel, key)).toBeUndefined();
      await chat.update(channel, reply.id, { key, text: 'Staging: done' });
      expect(await chat.find(channel, key, root.id)).toEqual({ id: reply.id, text: 'Staging: done' });
    });

    it('a message of somebody else is not taken for ours', async () => {
      const key = freshKey();
      await stand.forge({ channel, key, text: 'Released, honestly' });
      expect(await chat.find(channel, key)).toBeUndefined();
    });

    it('an unknown channel is refused, with what to do', async () => {
      await expect(chat.post({ channel: '#no-such-channel', key: freshKey(), text: 'Hello?' })).rejects.toMatchObject({
        type: 'PermissionDenied',
        nonRetryable: true,
        message: expect.stringContaining('create it'),
      });
    });

    it('a channel can be told, or is refused with what to do', async () => {
      await chat.reach(channel);
      await expect(chat.reach('#no-such-channel')).rejects.toMatchObject({ type: 'PermissionDenied', message: expect.stringContaining('create it') });
    });

    it('a message that is gone can’t be updated', async () => {
      await expect(chat.update(channel, '1000000000.000001', { key: freshKey(), text: 'Anybody?' })).rejects.toMatchObject({ nonRetryable: true });
    });

    test('every difference that is listed is a test of this contract', () => expect(complete()).toEqual([]));
  });
}
